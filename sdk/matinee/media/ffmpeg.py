"""PyAV, if it is installed: 18 (Python 3.11) or 19 (3.12 and later), of which only what both share is used."""

import io
from types import ModuleType
from typing import Any

from matinee.errors import DependencyMissing


def load_av() -> ModuleType:
    """The module `av`. Raises DependencyMissing, which names the extra."""
    try:
        import av
        import av.codec.context  # pyright: ignore[reportUnusedImport]
    except ImportError as error:
        raise DependencyMissing("Decoding needs PyAV: pip install 'matinee[media]'.", extra="media") from error
    return av


def open_media(media: bytes, *, container: str) -> Any:
    """PyAV's input container, a context manager, of `media` in FFmpeg's format `container`, and in no other."""
    av = load_av()
    # Names inside need not be text: PyAV 19 takes them as they are, 18 if it is told to.
    lenient = {"metadata_errors": "ignore"} if int(av.__version__.split(".")[0]) < 19 else {}
    return av.open(io.BytesIO(media), "r", format=container, **lenient)
