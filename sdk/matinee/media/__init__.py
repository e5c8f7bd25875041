"""Media: segments into samples, clear samples, pictures and sound.

`boxes` walks ISO-BMFF, `header` reads init segments, `index` finds the segments of a single file, `fragments` the
samples of a segment, `chunks` cuts one while it arrives, `integrity` says whether it is whole, `events` reads what it
tells the app, `text` its subtitles, `id3` and `images` what little is needed of those. `cenc` and `aes128` open what is
encrypted: `protection` and `encryption` say which bytes, `ciphers` does the arithmetic. None of them needs an extra.

`decode` makes pictures and sound (`frames`) with the extra `media`, by way of `containers`, which finds the samples
whatever holds them, `codec`, which decodes them, and `placing`, which says where they lie; `ffmpeg` loads PyAV, and
`playable` says what it can.

Bytes in, values out: no network, no clock, no task. What blocks for long (decoding) is called from a worker thread by
the runtime. What may not enter: when a picture is due, or whether.
"""
