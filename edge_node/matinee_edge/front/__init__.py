"""The front: speaks HTTP/1.1 to clients, plain or under TLS, and moves the bytes.

    sockets ─► readiness ─► server ─► connection ─► heads (pure: bytes to requests)
                                          ├───► the answer at hand: a head and a span of a file
                                          ├───► exchange ─► the ASGI application, for all the rest
                                          └───► outgoing ─► wires (send, sendfile, OpenSSL)

A hit costs four system calls and no task: `recv`, `send` of the head (held back until the body follows), `sendfile`,
and once a second for each file `preadv` of one byte, to learn whether the disk would have to be waited for. What may
enter: HTTP, sockets and files. What may not: titles, tokens, shelves; those rules are the application's.
"""
