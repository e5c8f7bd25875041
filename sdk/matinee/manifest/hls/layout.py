"""Places out of URLs: HLS lists the playlists of each pathway one by one, the model knows places and paths below them.

Pathways of one presentation are mostly laid out alike: what follows the place in a URL is then the same in all. Where
it is not, the playlist is to be had of the pathways only where it is; what only a later pathway lists is left out.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import urljoin

import msgspec

from matinee.manifest.hls.variants import GROUPS, Listed, Stream
from matinee.manifest.presentation import BaseUrl
from matinee.manifest.references import host_of, path_below

_UNNAMED = "."
"""The pathway of streams that name none, where others do (rfc8216bis, section 4.4.6.2)."""


class Layout(msgspec.Struct, frozen=True, kw_only=True):
    """Where everything is to be had."""

    streams: tuple[Stream, ...]
    """Of the first pathway, by which the others go."""
    base_urls: tuple[BaseUrl, ...]
    """The first pathway's first."""
    holders: dict[str, tuple[str, ...]]
    """By the URL in the first pathway: which places hold it. Not listed: whichever."""

    def path(self, url: str) -> str:
        return path_below(self.base_urls[0].url, url)


def lay_out(listed: Listed, *, url: str) -> Layout:
    """The places of a multivariant playlist that was fetched from `url`."""
    pathways = _pathways(listed)
    names = list(pathways)
    streams = pathways[names[0]]
    place = _place(listed, streams, url=url, is_alone=len(names) == 1)
    own_name = names[0] or host_of(place)
    base_urls = [BaseUrl(url=place, service_location=own_name)]
    held: dict[str, list[str]] = {}
    for name in names[1:]:
        counterparts = dict(_counterparts(listed, streams, pathways[name]))
        sibling = sibling_of(place, counterparts)
        if sibling and name != own_name:
            base_urls.append(BaseUrl(url=sibling, service_location=name))
            for each, counterpart in counterparts.items():
                if counterpart == sibling + path_below(place, each):
                    held.setdefault(each, [own_name]).append(name)
    return Layout(
        streams=tuple(streams),
        base_urls=tuple(base_urls),
        holders={
            each: tuple(held.get(each, [own_name]))
            for each in _urls(listed, streams)
            if len(held.get(each, [own_name])) < len(base_urls) and path_below(place, each) != each
        },
    )


def common_folder(urls: Sequence[str]) -> str:
    """The deepest folder that holds all of `urls`, with its last slash; empty if they lie at several origins."""
    bare = [url.partition("#")[0].partition("?")[0] for url in urls]
    least, most = min(bare), max(bare)
    alike = next((at for at, char in enumerate(least) if most[at : at + 1] != char), len(least))
    folder = least[: least.rfind("/", 0, alike) + 1]
    return folder if "/" in folder.partition("://")[2] else ""


def sibling_of(place: str, counterparts: Mapping[str, str]) -> str:
    """The place that holds at the same paths what `place` holds, as most of the counterparts say; empty if none does.

    `counterparts`: URLs of the one pathway and what stands for them in the other.
    """
    found: Counter[str] = Counter()
    for url, counterpart in counterparts.items():
        path = path_below(place, url)
        if path != url and counterpart.endswith(f"/{path}"):
            found[counterpart[: -len(path)]] += 1
    return max(found, key=lambda each: found[each], default="")


def _pathways(listed: Listed) -> dict[str, list[Stream]]:
    """The streams by pathway, the one to begin with first; all have something to play."""
    is_named = listed.steering is not None or any(stream.pathway for stream in listed.streams)
    found = _by_name(listed.streams) if is_named else _by_host(listed.streams)
    pathways = {name: streams for name, streams in found.items() if any(stream.is_whole for stream in streams)}
    first = listed.steering.default_service_location if listed.steering else ""
    return {first: pathways.pop(first), **pathways} if first in pathways else pathways


def _by_name(streams: Sequence[Stream]) -> dict[str, list[Stream]]:
    pathways: dict[str, list[Stream]] = {}
    for stream in streams:
        pathways.setdefault(stream.pathway or _UNNAMED, []).append(stream)
    return pathways


def _by_host(streams: Sequence[Stream]) -> dict[str, list[Stream]]:
    """What is listed once more at another host is a pathway of that host (RFC 8216, section 6.2.4)."""
    pathways: dict[str, list[Stream]] = {}
    first_hosts: dict[tuple[object, ...], str] = {}
    for stream in streams:
        host = host_of(stream.url)
        is_first = first_hosts.setdefault(stream.essence, host) == host
        pathways.setdefault("" if is_first else host, []).append(stream)
    return pathways


def _place(listed: Listed, streams: Sequence[Stream], *, url: str, is_alone: bool) -> str:
    """Where the first pathway lies: at the playlist's own folder or above if it is the only one."""
    own, members = [stream.url for stream in streams], _urls(listed, streams)
    widest = common_folder([url, *own]) if is_alone else common_folder(members)
    return widest or common_folder(own) or urljoin(url, ".")


def _urls(listed: Listed, streams: Sequence[Stream]) -> list[str]:
    """Of all playlists that a pathway leads to."""
    members = (member for stream in streams for kind in GROUPS for member in listed.members(stream, kind))
    return list(dict.fromkeys([*(stream.url for stream in streams), *(each.url for each in members if each.url)]))


def _counterparts(listed: Listed, own: Sequence[Stream], others: Sequence[Stream]) -> Iterator[tuple[str, str]]:
    """What stands for what: streams of the same essence, and members of the same name in their groups."""
    waiting: dict[tuple[object, ...], list[Stream]] = {}
    for other in reversed(others):
        waiting.setdefault(other.essence, []).append(other)
    for stream in own:
        if not waiting.get(stream.essence):
            continue
        other = waiting[stream.essence].pop()
        yield stream.url, other.url
        for kind in GROUPS:
            by_name = {member.name: member.url for member in listed.members(other, kind)}
            for member in listed.members(stream, kind):
                if member.url and by_name.get(member.name, member.url) != member.url:
                    yield member.url, by_name[member.name]
