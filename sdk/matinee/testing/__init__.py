"""Testing: the real player on virtual time, against a network that does what a script says.

`clock` is the event loop whose time jumps, `link` and `network` the network in memory, `titles` titles without
media, `log` golden event logs, `session` what joins them; `playbook` drives the core alone, without any loop.

What may enter: what a program that uses Matinee needs in its own tests. What may not: a second engine, a test
framework, and anything that a player needs to play.
"""
