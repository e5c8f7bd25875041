"""Media: ISO-BMFF boxes, CENC decryption, and decoding by PyAV (the `media` extra).

`boxes` walks, `header` reads init segments, `index` finds the segments of a single file, `fragments` the samples of a
segment, `chunks` cuts one while it arrives, `integrity` says whether it is whole, `events` reads what it tells the app,
`cenc` and `aes128` open what is encrypted: none of them needs an extra. `decode` makes pictures and sound, by way of `codec`, the
one module that knows PyAV; it says so when it is missing. Bytes in, values out: no network, no clock, no task. What
blocks (decryption, decoding) is called from a worker thread by the runtime. What may not enter: when a picture
is due, or whether.
"""
