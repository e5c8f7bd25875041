"""The encoder: a mezzanine (any file FFmpeg reads) becomes an encrypted CMAF title at the origin.

How it flows: `pipeline.make_title` plans units of work (`plan`), has worker processes carry them out
(`crew`, `worker`), keeps what is finished in content-addressed checkpoints (`checkpoints`), has Shaka
Packager segment and encrypt it (`packager`, `manifests`) and publishes the whole folder in one rename
(`publish`). Only workers touch the mezzanine: a hostile file can take down a worker, never the pipeline.

What may enter: making titles. What may not: serving them, licensing them, or deciding who may watch.
"""
