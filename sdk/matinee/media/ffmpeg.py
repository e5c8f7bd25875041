"""PyAV, if it is installed: 18 (Python 3.11) or 19 (3.12 and later), of which only what both share is used."""

from types import ModuleType

from matinee.errors import DependencyMissing


def load_av() -> ModuleType:
    """The module `av`. Raises DependencyMissing, which names the extra."""
    try:
        import av
        import av.codec.context  # pyright: ignore[reportUnusedImport]
    except ImportError as error:
        raise DependencyMissing("Decoding needs PyAV: pip install 'matinee[media]'.", extra="media") from error
    return av
