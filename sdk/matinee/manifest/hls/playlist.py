"""HLS: a playlist of either kind read into a `Presentation` (RFC 8216, draft-pantos-hls-rfc8216bis)."""

import re
from urllib.parse import urljoin

from matinee.errors import ManifestInvalid
from matinee.manifest.hls.media_playlist import MediaPlaylist, read_playlist
from matinee.manifest.hls.multivariant import read_multivariant
from matinee.manifest.presentation import BaseUrl, Period, Presentation, Rendition, Resource, Track, TrackKind
from matinee.manifest.references import host_of

ASSUMED_KBPS = 1_000
"""Of a media playlist that is opened by itself and does not say."""

_MULTIVARIANT = re.compile(rb"^#EXT-X-(?:STREAM-INF|I-FRAME-STREAM-INF|MEDIA):", re.MULTILINE)
_SOUND = ("aac", "mp3", "m4a", "cmfa", "ac3", "ec3", "opus")
"""Endings of files that hold nothing but sound."""


def read_hls(document: bytes, *, url: str) -> Presentation:
    """The presentation that `document`, fetched from the absolute `url`, describes.

    Of a multivariant playlist: see `read_multivariant`. A media playlist makes one track of one rendition; while it is
    live it is its own index, and all the rest is said by that. Raises: ManifestInvalid, FormatUnsupported.
    """
    if _MULTIVARIANT.search(document):
        return read_multivariant(document, url=url)
    return _of_one(read_playlist(document, url=url, place=_folder(url)), url=url)


def _of_one(playlist: MediaPlaylist, *, url: str) -> Presentation:
    if not playlist.segments:
        raise ManifestInvalid("The playlist has no segment.")
    path = playlist.segments[0].resource.path.partition("?")[0]
    kind: TrackKind = "audio" if path.rpartition(".")[2].lower() in _SOUND else "video"
    rendition = Rendition(
        rendition_id="0",
        bitrate_kbps=playlist.bitrate_kbps or ASSUMED_KBPS,
        mime_type=f"{kind}/mp4",
        segments=() if playlist.live else playlist.segments,
        index=Resource(path=url[len(_folder(url)) :]) if playlist.live else None,
    )
    track = Track(
        track_id=f"{kind}-und-1",
        kind=kind,
        renditions=(rendition,),
        key_ids=playlist.key_ids,
        is_muxed=kind == "video",
    )
    return Presentation(
        duration_ms=None if playlist.live else playlist.end_ms,
        base_urls=(BaseUrl(url=_folder(url), service_location=host_of(url)),),
        periods=(Period(tracks=(track,), events=playlist.events),),
        clearkey_license_url=playlist.clearkey_license_url,
    )


def _folder(url: str) -> str:
    return urljoin(url, ".")
