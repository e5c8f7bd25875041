"""The conversations between devices, services and appliances: msgspec Structs, one module each.

What may enter: frozen Structs, their constants, and nothing that acts. Times are integer milliseconds
(`_wall_ms` since the epoch, UTC), sizes `_bytes`, rates `_kbps`. Unknown fields are ignored when read, so
that either side may be newer than the other; ids are checked by the types in `matinee.wire.ids`.
"""
