"""Cryptography, all of it by pycryptodome: signed tokens, sealed secrets, key agreement, passwords.

The one room (with `matinee.media`) that imports `Crypto`. What may enter: a construction from a
standard, named with its source, on pycryptodome's primitives. Randomness comes from pycryptodome's own
operating-system source; the clock is an argument.
"""
