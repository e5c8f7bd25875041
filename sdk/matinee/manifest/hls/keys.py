"""EXT-X-KEY: what opens the segments that follow, of the ways that are known here (RFC 8216, section 4.3.2.4)."""

import base64

import msgspec

from matinee.errors import FormatUnsupported
from matinee.manifest.elements import shown
from matinee.manifest.hls.lines import Line, bytes_of, unsupported
from matinee.manifest.presentation import SampleKey, WholeKey
from matinee.manifest.protection import CLEARKEY
from matinee.manifest.references import resolved

MAX_KEY_FORMATS = 20

_IDENTITY = "identity"
"""The URI answers with the key itself."""
_CLEARKEYS = ("org.w3.clearkey", CLEARKEY)
_METHODS = ("AES-128", "SAMPLE-AES", "SAMPLE-AES-CTR")


class Key(msgspec.Struct, frozen=True, kw_only=True):
    """One EXT-X-KEY."""

    at: Line
    method: str
    key_format: str
    url: str
    """Absolute; empty if the URI holds data."""
    iv: bytes | None
    key_id: str
    """32 lower-case hexadecimal digits; empty if unstated."""

    @property
    def is_licensed(self) -> bool:
        """Whether a license brings the key."""
        return self.key_format != _IDENTITY or not self.url

    def opens(self, number: int) -> WholeKey | SampleKey | None:
        """What opens the segment of that media sequence number; None: a license, by the key id."""
        if self.is_licensed:
            return None
        if self.method != "AES-128":
            return SampleKey(url=self.url)
        return WholeKey(url=self.url, iv=number.to_bytes(16, "big") if self.iv is None else self.iv)


class Keys:
    """The keys in force as a playlist is read from top to bottom."""

    def __init__(self, *, url: str) -> None:
        self._url = url
        self._by_format: dict[str, Key] = {}
        self._chosen: Key | None = None

    @property
    def chosen(self) -> Key | None:
        """Which of them is used; None: what follows is clear.

        Raises FormatUnsupported if none of them can be.
        """
        if self._chosen is None and self._by_format:
            self._chosen = self._choose()
        return self._chosen

    def take(self, line: Line) -> None:
        """Put in force what the line says, in place of what it said of the same key format before."""
        attributes = line.attributes()
        self._chosen = None
        if attributes.required("METHOD") == "NONE":
            self._by_format.clear()
            return
        key = read_key(line, url=self._url)
        self._by_format[key.key_format] = key
        if len(self._by_format) > MAX_KEY_FORMATS:
            raise line.invalid(f"there are more than {MAX_KEY_FORMATS} key formats")

    def _choose(self) -> Key:
        for known in (_IDENTITY, *_CLEARKEYS):
            if known in self._by_format:
                return _playable(self._by_format[known])
        names = ", ".join(shown(name) for name in self._by_format)
        raise FormatUnsupported(f"The segments are protected by {names}; ClearKey and plain keys are played.")


def read_key(line: Line, *, url: str) -> Key:
    """The key that an EXT-X-KEY or EXT-X-SESSION-KEY describes, whether or not it can be used here.

    Raises: ManifestInvalid for what breaks the format.
    """
    attributes = line.attributes()
    key_format = attributes.get("KEYFORMAT", _IDENTITY).strip().lower()
    uri, is_known = attributes.required("URI"), key_format in (_IDENTITY, *_CLEARKEYS)
    is_data = uri[:5].lower() == "data:"
    key_id = bytes_of(attributes.get("KEYID"), size=16, at=line).hex() if attributes.get("KEYID") else ""
    return Key(
        at=line,
        method=attributes.required("METHOD"),
        key_format=key_format,
        url="" if is_data or not is_known else resolved(uri, url=url, at=line),
        iv=bytes_of(attributes.get("IV"), size=16, at=line) if attributes.get("IV") else None,
        key_id=key_id or (_key_id_in(uri) if is_data and is_known else ""),
    )


def _playable(key: Key) -> Key:
    if key.method not in _METHODS:
        raise unsupported(f"an encryption by {shown(key.method)}", at=key.at)
    if key.is_licensed and (key.method == "AES-128" or not key.key_id):
        raise unsupported("a key without an address or a key id, or a license for whole segments,", at=key.at)
    return key


def _key_id_in(uri: str) -> str:
    """The first 16 bytes of a `data:` URI; empty if there are none.

    So hls.js and our encoder name ClearKeys, and Shaka Packager the raw keys that it is given, as `identity`.
    """
    head, _, data = uri.partition(",")
    try:
        key_id = base64.b64decode(data, validate=True)[:16] if head.lower().endswith(";base64") else b""
    except ValueError:
        return ""
    return key_id.hex() if len(key_id) == 16 else ""
