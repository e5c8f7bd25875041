"""A manifest of whichever format, told by how it begins."""

import codecs

from matinee.errors import ManifestInvalid
from matinee.manifest.dash.mpd import read_dash
from matinee.manifest.elements import shown
from matinee.manifest.hls.playlist import read_hls
from matinee.manifest.presentation import Presentation

_BYTE_ORDER_MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def read_manifest(document: bytes, *, url: str, content_type: str = "") -> Presentation:
    """The presentation that `document`, fetched from the absolute `url`, describes, be it DASH or HLS.

    `content_type` is what the server calls it; servers err, so it decides nothing and only stands in the error.
    Raises: ManifestInvalid, FormatUnsupported.
    """
    head = document[:1024].removeprefix(codecs.BOM_UTF8)
    if head.startswith(b"#EXTM3U"):
        return read_hls(document, url=url)
    if head.lstrip().startswith(b"<") or document.startswith(_BYTE_ORDER_MARKS):
        return read_dash(document, url=url)
    said = f", which the server calls {shown(content_type)}," if content_type else ""
    raise ManifestInvalid(f"The document{said} is neither a DASH manifest nor an HLS playlist.")
