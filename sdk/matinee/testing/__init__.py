"""Testing: the real player on virtual time, against a network that does what a script says.

`clock` is the event loop whose time jumps; `network` the hosts in memory, over each `link` and through `faults`;
`titles` and `live` are titles without pictures, of `cmaf` boxes; `log` keeps golden event logs; `playbook` drives the
core alone, without a loop.

What may enter: what a program that uses Matinee needs in its own tests. What may not: a second engine, a test
framework, and anything that a player needs to play.
"""
