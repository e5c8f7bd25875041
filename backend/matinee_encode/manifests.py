"""What Shaka Packager's manifests lack: our names, subtitles, thumbnails, and keys the way players read them. Pure."""

import base64
import re
from collections.abc import Sequence
from math import ceil
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

import msgspec

from matinee.errors import ManifestInvalid
from matinee.wire.title import TextTrack
from matinee_encode.plan import COLUMNS, ROWS, ThumbnailTrack

_DASH = "urn:mpeg:dash:schema:mpd:2011"
_DASHIF = "https://dashif.org/CPS"
_NAMESPACES = {
    "": _DASH,
    "dashif": _DASHIF,
    "cenc": "urn:mpeg:cenc:2013",
    "xsi": "http://www.w3.org/2001/XMLSchema-instance",
}
_COMMON_SYSTEM = "urn:uuid:1077efec-c0b2-4d02-ace3-3c1e52e2fb4b"
"""W3C Common PSSH: dash.js fails on it in an MPD; hls.js needs it in the init segment."""
_CLEARKEY_SYSTEM = "urn:uuid:e2719d58-a985-b3c9-781a-b030af78d30e"
"""W3C ClearKey (DASH-IF identifier repository): without it Shaka Player asks no license server."""
_THUMBNAIL_TILE = "http://dashif.org/guidelines/thumbnail_tile"
"""DASH-IF Interoperability Points 4.3, section 6.2.6."""
_TEXT_BANDWIDTH = 1000
_MEDIA_FOLDER = re.compile(r"(?:video|audio)/([^/]+)/")


class PackagedRendition(msgspec.Struct, frozen=True, kw_only=True):
    """What the manifest says of a representation that only Packager knows."""

    codec: str
    """RFC 6381."""
    language: str
    """BCP 47, `und` if unstated."""


def dress_manifest(
    manifest: bytes, *, text: Sequence[TextTrack], thumbnails: ThumbnailTrack, license_url: str = ""
) -> bytes:
    """The MPD with representations named by their folders, with subtitles and thumbnails, and open to ClearKey.

    `license_url`: where players ask that were not told by their app; empty: they are told.
    Raises ManifestInvalid if it is not what Packager is known to write.
    """
    for prefix, uri in _NAMESPACES.items():
        ElementTree.register_namespace(prefix, uri)
    root = ElementTree.fromstring(manifest)
    period = root.find(_tag("Period"))
    if period is None:
        raise ManifestInvalid("Shaka Packager wrote a manifest without a period.")
    adaptations = period.findall(_tag("AdaptationSet"))
    for adaptation in adaptations:
        _dress_adaptation(adaptation, license_url)
    for number, track in enumerate(text, start=len(adaptations)):
        period.append(_text_set(str(number), track))
    period.append(_thumbnail_set(str(len(adaptations) + len(text)), thumbnails))
    ElementTree.indent(root)
    return bytes(ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)) + b"\n"


def renditions_of(manifest: bytes) -> dict[str, PackagedRendition]:
    """What the MPD says of each representation, by its id."""
    return {
        each.get("id", ""): PackagedRendition(codec=each.get("codecs", ""), language=adaptation.get("lang", "und"))
        for adaptation in ElementTree.fromstring(manifest).iter(_tag("AdaptationSet"))
        for each in adaptation.findall(_tag("Representation"))
    }


def dress_media_playlist(playlist: str, *, key_id: str) -> str:
    """The playlist, its key named the way hls.js reads ClearKey: Packager names none for `cenc`.

    Source: hls.js takes the key id from the first 16 bytes of a `data:` URI.
    """
    uri = f"data:text/plain;base64,{base64.b64encode(bytes.fromhex(key_id)).decode()}"
    line = (
        f'#EXT-X-KEY:METHOD=SAMPLE-AES-CTR,URI="{uri}",KEYID=0x{key_id.upper()},'
        f'KEYFORMAT="org.w3.clearkey",KEYFORMATVERSIONS="1"'
    )
    head, mark, tail = playlist.partition("#EXT-X-MAP:")
    if not mark:
        raise ManifestInvalid("Shaka Packager wrote a playlist without an init segment.")
    return f"{head}{line}\n{mark}{tail}"


def dress_master_playlist(playlist: str, *, text: Sequence[TextTrack]) -> str:
    """The master playlist with a subtitle rendition for each track."""
    if not text:
        return playlist
    media = "".join(
        f'#EXT-X-MEDIA:TYPE=SUBTITLES,URI="{text_playlist_path(track)}",GROUP-ID="text",LANGUAGE="{track.language}",'
        f'NAME="{_stem(track.path)}",DEFAULT=NO,AUTOSELECT=YES\n'
        for track in text
    )
    lines = [
        f'{line},SUBTITLES="text"' if line.startswith("#EXT-X-STREAM-INF:") else line for line in playlist.split("\n")
    ]
    first = next(index for index, line in enumerate(lines) if line.startswith("#EXT-X-STREAM-INF:"))
    return "\n".join([*lines[:first], media, *lines[first:]])


def text_playlist(track: TextTrack, *, duration_ms: int) -> str:
    """The media playlist of a subtitle track: the whole WebVTT file as its one segment."""
    return (
        f"#EXTM3U\n#EXT-X-VERSION:6\n#EXT-X-TARGETDURATION:{ceil(duration_ms / 1000)}\n#EXT-X-PLAYLIST-TYPE:VOD\n"
        f"#EXTINF:{duration_ms / 1000:.3f},\n{track.path.rpartition('/')[2]}\n#EXT-X-ENDLIST\n"
    )


def text_playlist_path(track: TextTrack) -> str:
    return f"{track.path.removesuffix('.vtt')}.m3u8"


def _dress_adaptation(adaptation: Element, license_url: str) -> None:
    for place, protection in reversed(list(enumerate(adaptation))):
        if protection.get("schemeIdUri") == _COMMON_SYSTEM:
            adaptation[place] = _clearkey(license_url)
    representations = adaptation.findall(_tag("Representation"))
    for representation in representations:
        representation.set("id", _folder_of(representation))
        adaptation.remove(representation)
    # Packager lists them as its threads get there.
    adaptation.extend(sorted(representations, key=lambda each: int(each.get("bandwidth", "0"))))


def _clearkey(license_url: str) -> Element:
    protection = Element(_tag("ContentProtection"), schemeIdUri=_CLEARKEY_SYSTEM, value="ClearKey1.0")
    if license_url:
        SubElement(protection, f"{{{_DASHIF}}}Laurl").text = license_url
    return protection


def _folder_of(representation: Element) -> str:
    template = representation.find(_tag("SegmentTemplate"))
    named = _MEDIA_FOLDER.match(template.get("media", "")) if template is not None else None
    if named is None:
        raise ManifestInvalid("Shaka Packager wrote a representation whose segments cannot be told.")
    return named[1]


def _text_set(number: str, track: TextTrack) -> Element:
    adaptation = Element(_tag("AdaptationSet"), id=number, contentType="text", mimeType="text/vtt", lang=track.language)
    SubElement(adaptation, _tag("Role"), schemeIdUri="urn:mpeg:dash:role:2011", value="subtitle")
    representation = SubElement(
        adaptation, _tag("Representation"), id=f"text-{_stem(track.path)}", bandwidth=str(_TEXT_BANDWIDTH)
    )
    SubElement(representation, _tag("BaseURL")).text = track.path
    return adaptation


def _thumbnail_set(number: str, track: ThumbnailTrack) -> Element:
    sheet_ms = track.interval_ms * COLUMNS * ROWS
    adaptation = Element(_tag("AdaptationSet"), id=number, contentType="image", mimeType="image/jpeg")
    SubElement(
        adaptation,
        _tag("SegmentTemplate"),
        media="thumbnails/tile-$Number$.jpg",
        timescale="1000",
        duration=str(sheet_ms),
        startNumber="1",
    )
    representation = SubElement(
        adaptation,
        _tag("Representation"),
        id="thumbnails",
        bandwidth=str(max(1, track.size_bytes * 8000 // (track.count * track.interval_ms))),
        width=str(track.width),
        height=str(track.height),
    )
    SubElement(representation, _tag("EssentialProperty"), schemeIdUri=_THUMBNAIL_TILE, value=f"{COLUMNS}x{ROWS}")
    return adaptation


def _stem(path: str) -> str:
    return path.rpartition("/")[2].removesuffix(".vtt")


def _tag(name: str) -> str:
    return f"{{{_DASH}}}{name}"
