"""Media: ISO-BMFF boxes, CENC decryption, and decoding by PyAV (the `media` extra).

`boxes` and `cenc` need no extra; `decode` does, and says so when it is missing. Bytes in, values out: no
network, no clock, no task. What blocks (decryption, decoding) is called from a worker thread by the runtime.
"""
