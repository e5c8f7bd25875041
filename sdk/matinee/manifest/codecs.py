"""Codec names (RFC 6381): of what kind each is, and which are versions of one another."""

_FAMILIES = {
    "avc1": "AVC",
    "avc3": "AVC",
    "hvc1": "HEVC",
    "hev1": "HEVC",
    "dvh1": "Dolby Vision",
    "dvhe": "Dolby Vision",
    "dva1": "Dolby Vision",
    "dvav": "Dolby Vision",
    "av01": "AV1",
    "vp08": "VP8",
    "vp8": "VP8",
    "vp09": "VP9",
    "vp9": "VP9",
    "mp4a": "AAC",
    "ac-3": "Dolby Digital",
    "ec-3": "Dolby Digital Plus",
    "ac-4": "AC-4",
    "opus": "Opus",
    "flac": "FLAC",
    "alac": "ALAC",
    "mp3": "MP3",
    "dtsc": "DTS",
    "dtse": "DTS",
    "dtsh": "DTS",
    "dtsx": "DTS",
    "wvtt": "WebVTT",
    "stpp": "TTML",
}
_AUDIO = ("AAC", "Dolby Digital", "Dolby Digital Plus", "AC-4", "Opus", "FLAC", "ALAC", "MP3", "DTS")
_TEXT = ("WebVTT", "TTML")


def family_of(codec: str) -> str:
    """The name that viewers know, as in `HEVC`; the codec's own first part if it is not known."""
    name = codec.partition(".")[0].lower()
    return _FAMILIES.get(name, name)


def audio_codecs(codecs: str) -> str:
    """Those of a comma-separated list that are of sound."""
    return ",".join(codec for codec in _names(codecs) if family_of(codec) in _AUDIO)


def video_codecs(codecs: str) -> str:
    """Those of a comma-separated list that are neither of sound nor of text."""
    return ",".join(codec for codec in _names(codecs) if family_of(codec) not in (*_AUDIO, *_TEXT))


def _names(codecs: str) -> list[str]:
    return [name for name in (each.strip() for each in codecs.split(",")) if name]
