"""What a multivariant playlist lists, as it stands: streams, members of rendition groups, keys, steering."""

import msgspec

from matinee.errors import ManifestInvalid
from matinee.manifest.hls.keys import Key, read_key
from matinee.manifest.hls.lines import Attributes, Line, Variables, read_lines
from matinee.manifest.presentation import Steering
from matinee.manifest.references import resolved
from matinee.wire.steering import is_inline

MAX_PLAYLISTS = 1_000
"""Streams and members of groups together."""
GROUPS = ("AUDIO", "VIDEO", "SUBTITLES")
"""The types of rendition groups; each is also the attribute by which a stream names its group."""

_OF_PATHWAYS = ("PATHWAY-ID", "STABLE-VARIANT-ID", "URI", "NAME", "CLOSED-CAPTIONS", *GROUPS)
"""What may differ between two streams that stand for one another."""


class Stream(msgspec.Struct, frozen=True, kw_only=True):
    """EXT-X-STREAM-INF or a kin of it: a playlist and what it is good for."""

    attributes: Attributes
    url: str
    """Absolute."""

    @property
    def tag(self) -> str:
        return self.attributes.at.name

    @property
    def is_whole(self) -> bool:
        """Whether it is what is played, neither key frames nor stills alone."""
        return self.tag == "EXT-X-STREAM-INF"

    @property
    def bitrate_kbps(self) -> int:
        """The average if stated, as Shaka Player has it: a buffer evens out the peaks. Its sound is in it."""
        peak = self.attributes.whole("BANDWIDTH")
        return max(1, ((self.attributes.whole("AVERAGE-BANDWIDTH") or peak) + 500) // 1000)

    @property
    def pathway(self) -> str:
        return self.attributes.get("PATHWAY-ID")

    @property
    def essence(self) -> tuple[object, ...]:
        """The same for streams that differ only in where they are to be had."""
        stable = self.attributes.get("STABLE-VARIANT-ID")
        said = sorted(item for item in self.attributes.values.items() if item[0] not in _OF_PATHWAYS)
        return (self.tag, stable) if stable else (self.tag, *said)


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """EXT-X-MEDIA: a member of a rendition group."""

    attributes: Attributes
    url: str
    """Absolute; empty if it is within the streams themselves."""

    @property
    def group(self) -> tuple[str, str]:
        """Its type and id."""
        return self.attributes.get("TYPE"), self.attributes.get("GROUP-ID")

    @property
    def name(self) -> str:
        return self.attributes.get("NAME")

    @property
    def language(self) -> str:
        return self.attributes.get("LANGUAGE") or "und"


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """A multivariant playlist, read."""

    streams: tuple[Stream, ...]
    groups: dict[tuple[str, str], tuple[Member, ...]]
    """By type and id."""
    keys: tuple[Key, ...]
    steering: Steering | None
    variables: dict[str, str]

    def members(self, stream: Stream, kind: str) -> tuple[Member, ...]:
        """Of the group of that type that the stream names."""
        return self.groups.get((kind, stream.attributes.get(kind)), ())


def read_listed(document: bytes, *, url: str) -> Listed:
    """What the multivariant playlist `document`, fetched from the absolute `url`, lists.

    Raises: ManifestInvalid for what breaks the format or exceeds a bound, FormatUnsupported for URLs not of HTTP.
    """
    variables = Variables(url=url, imported={})
    reading = _Reading(url=url)
    for line in read_lines(document, variables=variables):
        reading.take(line)
    reading.check()
    return Listed(
        streams=tuple(reading.streams),
        groups={group: tuple(members) for group, members in reading.groups.items()},
        keys=tuple(reading.keys),
        steering=reading.steering,
        variables=variables.values,
    )


class _Reading:
    """A multivariant playlist on its way from top to bottom."""

    def __init__(self, *, url: str) -> None:
        self._url = url
        self._open: Attributes | None = None
        self._playlists = 0
        self.streams: list[Stream] = []
        self.groups: dict[tuple[str, str], list[Member]] = {}
        self.keys: list[Key] = []
        self.steering: Steering | None = None

    def take(self, line: Line) -> None:
        match line.name:
            case "":
                self._take_uri(line)
            case "EXT-X-STREAM-INF":
                self._open = line.attributes()
            case "EXT-X-I-FRAME-STREAM-INF" | "EXT-X-IMAGE-STREAM-INF":
                attributes = line.attributes()
                self._add_stream(attributes, attributes.required("URI"))
            case "EXT-X-MEDIA":
                self._take_member(line)
            case "EXT-X-SESSION-KEY":
                self._count(line)
                self.keys.append(read_key(line, url=self._url))
            case "EXT-X-CONTENT-STEERING":
                attributes = line.attributes()
                uri = attributes.required("SERVER-URI")
                self.steering = Steering(
                    url=uri if is_inline(uri) else resolved(uri, url=self._url, at=line),
                    default_service_location=attributes.get("PATHWAY-ID"),
                    dialect="HLS",
                )
            case "EXTINF" | "EXT-X-TARGETDURATION":
                raise line.invalid("a playlist of playlists has no segments")
            case _:
                pass

    def check(self) -> None:
        if self._open is not None:
            raise self._open.at.invalid("no URI follows")
        if not any(stream.is_whole for stream in self.streams):
            raise ManifestInvalid("The playlist lists no stream.")

    def _take_uri(self, line: Line) -> None:
        if self._open is None:
            raise line.invalid("no EXT-X-STREAM-INF says what it is")
        self._add_stream(self._open, line.uri())
        self._open = None

    def _add_stream(self, attributes: Attributes, reference: str) -> None:
        self._count(attributes.at)
        attributes.required("BANDWIDTH")
        self.streams.append(Stream(attributes=attributes, url=resolved(reference, url=self._url, at=attributes.at)))

    def _take_member(self, line: Line) -> None:
        self._count(line)
        attributes = line.attributes()
        uri = attributes.get("URI")
        member = Member(attributes=attributes, url=resolved(uri, url=self._url, at=line) if uri else "")
        group = attributes.required("TYPE"), attributes.required("GROUP-ID")
        self.groups.setdefault(group, []).append(member)

    def _count(self, line: Line) -> None:
        self._playlists += 1
        if self._playlists > MAX_PLAYLISTS:
            raise line.invalid(f"the manifest lists more than {MAX_PLAYLISTS} playlists and keys")
