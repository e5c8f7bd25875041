"""A multivariant playlist: what there is to choose from, before any media playlist is read."""

from collections.abc import Iterable, Sequence

import msgspec

from matinee.manifest.codecs import audio_codecs, family_of, video_codecs
from matinee.manifest.hls.layout import Layout, lay_out
from matinee.manifest.hls.lines import Attributes, microseconds_of
from matinee.manifest.hls.variants import Listed, Member, Stream, read_listed
from matinee.manifest.presentation import TRICK_PLAY, Period, Presentation, Rendition, Resource, Track, TrackKind

ASSUMED_CHANNEL_KBPS = 64
"""Of sound: playlists do not say how much it takes."""

_LEAST_AUDIO_KBPS = 16
_ROLES = (
    ("public.accessibility.describes-video", "description"),
    ("public.accessibility.transcribes-spoken-dialog", "caption"),
    ("public.easy-to-read", "easyreader"),
)
"""Media characteristics (RFC 8216, section 4.3.4.1) and the DASH roles that mean the same."""
_MIME_TYPES = {"video": "video/mp4", "audio": "audio/mp4", "text": "text/vtt", "image": "image/jpeg"}
"""What is most likely: only the media playlist says it."""


def read_multivariant(document: bytes, *, url: str) -> Presentation:
    """The presentation that the multivariant playlist `document`, fetched from the absolute `url`, describes.

    The segments of its renditions are not known yet: `Rendition.index` is the media playlist. Streams of different
    codecs, ranges or packing (with or without sound) make tracks of their own; streams that differ only in their
    sound are one rendition. Members of the same name and kind in several groups make one track, a rendition for each.
    Streams of sound alone are left out where there are pictures. Raises: ManifestInvalid, FormatUnsupported.
    """
    listed = read_listed(document, url=url)
    tracks = _Tracks(listed, lay_out(listed, url=url))
    tracks.add_all()
    return Presentation(
        duration_ms=None,
        base_urls=tracks.layout.base_urls,
        periods=(Period(tracks=tuple(tracks.made)),),
        steering=listed.steering,
        clearkey_license_url=next((key.url for key in listed.keys if key.is_licensed and key.url), ""),
        variables=listed.variables,
    )


class _Tracks:
    """The tracks as they come to light."""

    def __init__(self, listed: Listed, layout: Layout) -> None:
        self._listed = listed
        self.layout = layout
        self._key_ids = tuple(sorted({key.key_id for key in listed.keys if key.key_id}))
        self._streams = [stream for stream in layout.streams if stream.is_whole]
        self._names: dict[str, int] = {}
        self.made: list[Track] = []

    def add_all(self) -> None:
        pictures = [stream for stream in self._streams if not _is_sound(stream)]
        self._add_pictures(pictures)
        self._add_members("VIDEO", kind="video")
        self._add_members("AUDIO", kind="audio")
        if not pictures and not any(track.kind == "audio" for track in self.made):
            self._add_sound()
        self._add_members("SUBTITLES", kind="text")
        self._add_others("EXT-X-I-FRAME-STREAM-INF", kind="video", roles=(TRICK_PLAY,))
        self._add_others("EXT-X-IMAGE-STREAM-INF", kind="image", roles=())

    def _add_pictures(self, pictures: Sequence[Stream]) -> None:
        ladders: dict[tuple[str, str, bool], list[Stream]] = {}
        for stream in pictures:
            codecs, video_range = stream.attributes.get("CODECS"), stream.attributes.get("VIDEO-RANGE", "SDR")
            ladder = family_of(video_codecs(codecs)), video_range, self._is_muxed(stream)
            ladders.setdefault(ladder, []).append(stream)
        for (family, video_range, is_muxed), streams in ladders.items():
            within = (member for member in self._listed.members(streams[0], "AUDIO") if not member.url)
            self._add(
                "video",
                [self._rendition(stream, kind="video", is_muxed=is_muxed) for stream in _unlike(streams)],
                language=next((member.language for member in within), "und"),
                label=" ".join(filter(None, (family, video_range.removeprefix("SDR")))) if len(ladders) > 1 else "",
                is_muxed=is_muxed,
            )

    def _add_sound(self) -> None:
        ladders: dict[str, list[Stream]] = {}
        for stream in self._streams:
            ladders.setdefault(family_of(stream.attributes.get("CODECS")), []).append(stream)
        for family, streams in ladders.items():
            renditions = [self._rendition(stream, kind="audio") for stream in _unlike(streams)]
            self._add("audio", renditions, label=family if len(ladders) > 1 else "")

    def _add_members(self, group_type: str, *, kind: TrackKind) -> None:
        found: dict[tuple[str, ...], dict[str, tuple[Member, Stream]]] = {}
        for stream in sorted(self._streams, key=lambda each: each.bitrate_kbps):
            codec = family_of(audio_codecs(stream.attributes.get("CODECS"))) if kind == "audio" else ""
            for member in self._listed.members(stream, group_type):
                alike = member.language, member.name, member.attributes.get("CHANNELS"), codec
                if member.url:
                    found.setdefault(alike, {}).setdefault(member.url, (member, stream))
        for members in sorted(found.values(), key=lambda each: not _is_default(each)):
            first, _ = next(iter(members.values()))
            self._add(
                kind,
                self._member_renditions(list(members.values()), kind=kind),
                language=first.language,
                label=first.name,
                roles=_roles(first),
            )

    def _member_renditions(self, members: list[tuple[Member, Stream]], *, kind: TrackKind) -> list[Rendition]:
        """Of text, one: groups hold the same under several names."""
        streams = {stream.url: stream for stream in self._streams if _is_sound(stream)}
        renditions: list[Rendition] = []
        for below_best, (member, stream) in enumerate(reversed(members[:1] if kind == "text" else members)):
            own = streams.get(member.url)
            kbps = stream.bitrate_kbps if kind == "video" else _assumed_kbps(member, kind=kind, below_best=below_best)
            codecs = stream.attributes.get("CODECS") if kind != "text" else ""
            renditions.append(
                Rendition(
                    rendition_id="",
                    bitrate_kbps=own.bitrate_kbps if own and kind == "audio" else kbps,
                    mime_type=_MIME_TYPES[kind],
                    codecs=video_codecs(codecs) if kind == "video" else audio_codecs(codecs),
                    index=Resource(path=self.layout.path(member.url)),
                    places=self.layout.holders.get(member.url, ()),
                )
            )
        return renditions

    def _add_others(self, tag: str, *, kind: TrackKind, roles: tuple[str, ...]) -> None:
        ladders: dict[str, list[Stream]] = {}
        for stream in self.layout.streams:
            if stream.tag == tag:
                ladders.setdefault(family_of(video_codecs(stream.attributes.get("CODECS"))), []).append(stream)
        for streams in ladders.values():
            self._add(kind, [self._rendition(stream, kind=kind) for stream in _unlike(streams)], roles=roles)

    def _rendition(self, stream: Stream, *, kind: TrackKind, is_muxed: bool = False) -> Rendition:
        attributes, codecs = stream.attributes, stream.attributes.get("CODECS")
        width, height = attributes.sides("RESOLUTION")
        own_codecs = audio_codecs(codecs) if kind == "audio" else video_codecs(codecs)
        return Rendition(
            rendition_id="",
            bitrate_kbps=stream.bitrate_kbps,
            mime_type=_MIME_TYPES[kind],
            codecs=",".join(filter(None, (own_codecs, audio_codecs(codecs)))) if is_muxed else own_codecs,
            width=width,
            height=height,
            frame_rate_millihertz=_frame_rate(attributes),
            index=Resource(path=self.layout.path(stream.url)),
            places=self.layout.holders.get(stream.url, ()),
        )

    def _is_muxed(self, stream: Stream) -> bool:
        """Whether its pictures come with sound: no group, or a group whose member has no playlist of its own."""
        codecs = stream.attributes.get("CODECS")
        members = self._listed.members(stream, "AUDIO")
        is_within = not members or any(not member.url for member in members)
        return is_within and (not codecs or bool(audio_codecs(codecs)))

    def _add(
        self,
        kind: TrackKind,
        renditions: Iterable[Rendition],
        *,
        language: str = "und",
        label: str = "",
        roles: tuple[str, ...] = (),
        is_muxed: bool = False,
    ) -> None:
        ordinal = sum(track.kind == kind and track.language == language for track in self.made) + 1
        track_id = f"{kind}-{language}-{ordinal}"
        in_order = sorted(renditions, key=lambda each: (each.bitrate_kbps, each.height))
        self.made.append(
            Track(
                track_id=track_id,
                kind=kind,
                renditions=tuple(self._named(each, track_id=track_id) for each in in_order),
                language=language,
                label=label,
                roles=roles,
                key_ids=self._key_ids if kind in ("video", "audio") else (),
                is_muxed=is_muxed,
            )
        )

    def _named(self, rendition: Rendition, *, track_id: str) -> Rendition:
        """With an id that no other of the presentation has, by its height or bitrate."""
        name = f"{rendition.height}p" if rendition.height else f"{track_id}-{rendition.bitrate_kbps}k"
        self._names[name] = self._names.get(name, 0) + 1
        rendition_id = name if self._names[name] == 1 else f"{name}-{self._names[name]}"
        return msgspec.structs.replace(rendition, rendition_id=rendition_id)


def _is_sound(stream: Stream) -> bool:
    codecs = stream.attributes.get("CODECS")
    return bool(audio_codecs(codecs)) and not video_codecs(codecs) and "RESOLUTION" not in stream.attributes.values


def _unlike(streams: Iterable[Stream]) -> Iterable[Stream]:
    """The first of each URL: others differ in their groups."""
    by_url: dict[str, Stream] = {}
    for stream in streams:
        by_url.setdefault(stream.url, stream)
    return by_url.values()


def _is_default(members: dict[str, tuple[Member, Stream]]) -> bool:
    return any(member.attributes.is_yes("DEFAULT") for member, _ in members.values())


def _assumed_kbps(member: Member, *, kind: TrackKind, below_best: int) -> int:
    """A guess by channels; of several groups each is taken for half of the next better one. Text weighs nothing."""
    if kind != "audio":
        return 1
    channels = member.attributes.get("CHANNELS", "2").partition("/")[0]
    count = int(channels) if channels.isascii() and channels.isdigit() and len(channels) < 3 else 2
    return max(_LEAST_AUDIO_KBPS, count * ASSUMED_CHANNEL_KBPS >> below_best)


def _roles(member: Member) -> tuple[str, ...]:
    characteristics = member.attributes.get("CHARACTERISTICS")
    roles = [role for characteristic, role in _ROLES if characteristic in characteristics]
    if member.group[0] == "SUBTITLES":
        roles.append("forced-subtitle" if member.attributes.is_yes("FORCED") else "subtitle")
    elif member.attributes.is_yes("DEFAULT"):
        roles.append("main")
    return tuple(roles)


def _frame_rate(attributes: Attributes) -> int:
    """In thousandths of a hertz."""
    return microseconds_of(attributes.get("FRAME-RATE", "0"), at=attributes.at) // 1000
