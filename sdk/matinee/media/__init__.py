"""Media: segments into samples, clear samples, pictures and sound.

`boxes` walks ISO-BMFF, `header` reads init segments, `index` finds the segments of a single file, `fragments` the
samples of a segment, `chunks` cuts one while it arrives, `integrity` says whether it is whole, `events` reads what it
tells the app, `text` its subtitles, `cenc` and `aes128` open what is encrypted: none of them needs an extra. `decode`
makes pictures and sound (the extra `media`) by way of `containers`, which finds the samples whatever holds them,
`codec`, which decodes them by PyAV, and `placing`, which says where they lie. Bytes in, values out: no network, no
clock, no task. What blocks (decryption, decoding) is called from a worker thread by the runtime. What may not enter:
when a picture is due, or whether.
"""
