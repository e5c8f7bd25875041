"""Which codecs this device decodes, by the names that manifests give them (RFC 6381)."""

from functools import cache

from matinee.media.ffmpeg import load_av

# The decoders that will do, in FFmpeg's names, by how the codec's name begins. Its own `av1` needs hardware.
_DECODERS = {
    "avc1": ("h264",),
    "avc3": ("h264",),
    "hvc1": ("hevc",),
    "hev1": ("hevc",),
    "vp08": ("vp8",),
    "vp8": ("vp8",),
    "vp09": ("vp9",),
    "vp9": ("vp9",),
    "av01": ("libdav1d", "libaom-av1"),
    "mp4a.6b": ("mp3",),
    "mp4a.69": ("mp3",),
    "mp4a.40.34": ("mp3",),
    "mp4a": ("aac",),
    "ac-3": ("ac3",),
    "mp4a.a5": ("ac3",),
    "ec-3": ("eac3",),
    "mp4a.a6": ("eac3",),
    "opus": ("opus",),
    "mp4a.ad": ("opus",),
    "flac": ("flac",),
    "vorbis": ("vorbis",),
}
_TEXT = ("stpp", "wvtt")
"""Read by ourselves."""
_REFUSED = ("mp4a.40.42",)
"""xHE-AAC, of which FFmpeg decodes parts."""


def is_playable(codecs: str) -> bool:
    """Whether each codec of `codecs`, a list with commas, is decoded here. What is not said is not held against it.

    Size and frame rate do not count: what a device keeps up with is policy. Raises DependencyMissing.
    """
    return all(_is_decoded(codec.strip().lower()) for codec in codecs.split(",") if codec.strip())


def _is_decoded(codec: str) -> bool:
    if codec.split(".")[0] in _TEXT:
        return True
    parts = codec.split(".")
    names = (".".join(parts[:count]) for count in range(min(len(parts), 3), 0, -1))
    decoders = next((_DECODERS[name] for name in names if name in _DECODERS), ())
    return codec not in _REFUSED and any(_exists(decoder) for decoder in decoders)


@cache
def _exists(decoder: str) -> bool:
    av = load_av()
    try:
        av.codec.Codec(decoder, "r")
    except ValueError:
        return False
    return True
