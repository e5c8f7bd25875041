"""The rules of serving: who may have which bytes, and what they are told otherwise."""

import re
from collections.abc import Callable

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from matinee.errors import RequestInvalid, TitleUnknown
from matinee.wire.title import MediaFile
from matinee_asgi.reply import reply
from matinee_asgi.service import Service
from matinee_edge.answers import answer_about
from matinee_edge.arriving import Arriving
from matinee_edge.fill.progress import FillProgress
from matinee_edge.gate import Gate
from matinee_edge.held import Held
from matinee_edge.listing import Listing
from matinee_edge.parent import urgency_of
from matinee_edge.ranges import Conditions
from matinee_edge.sending import SpanReply, spans_of
from matinee_edge.supply import Supply

_QUERY_RANGE = re.compile(r"[0-9]{1,19}-[0-9]{0,19}")


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """How an appliance is doing, for operators."""

    name: str
    kind: str
    titles: tuple[str, ...]
    """Whole on the shelf."""
    announced: tuple[str, ...]
    """Those that the control plane is known to have heard of: viewers are sent here for them."""
    placed: tuple[str, ...]
    """What the control plane wants here."""
    filling: dict[str, tuple[int, int]]
    """For each title that is not whole: files here, files in all."""
    fill: FillProgress | None
    """None where nothing is filled."""
    control_plane: str
    """`answers`, `silent`, `unasked`."""
    draining: bool
    requests: int
    connections: int
    bytes_sent: int
    hits: int
    misses: int
    errors: int
    turned_away: int


class MediaDesk:
    """Answers requests for media."""

    def __init__(self, gate: Gate, supply: Supply) -> None:
        self._gate = gate
        self._supply = supply

    async def file(self, request: Request) -> ASGIApp:
        """One file of a title, or a range of it."""
        title_id, path = request.path_params["title_id"], request.path_params["path"]
        self._gate.admit(request.path_params["token"], title_id=title_id)
        if _is_for_the_shelf(request) and self._supply.held(title_id, path) is None:
            raise HTTPException(504, "Not on the shelf.")
        listing = await self._supply.listing(title_id)
        file = listing.files.get(path)
        if file is None:
            raise TitleUnknown(f"Title {title_id} has no such file.", title_id=title_id)
        return self._answered(request, listing, (file,), range_header=_range_header(request))

    async def segments(self, request: Request) -> ASGIApp:
        """A range of a representation: its init and media segments one after the other."""
        title_id, query = request.path_params["title_id"], request.query_params
        self._gate.admit(query.get("token", ""), title_id=title_id)
        wanted = query.get("range")
        if wanted is not None and _QUERY_RANGE.fullmatch(wanted) is None:
            raise RequestInvalid("The range is not FIRST-LAST in bytes.", parameter="range")
        listing = await self._supply.listing(title_id)
        files = listing.representations.get(query.get("representation", ""))
        if files is None:
            raise TitleUnknown(f"Title {title_id} has no such representation.", title_id=title_id)
        range_header = f"bytes={wanted}" if wanted is not None else _range_header(request)
        return self._answered(request, listing, files, range_header=range_header)

    def _answered(
        self, request: Request, listing: Listing, files: tuple[MediaFile, ...], *, range_header: str | None
    ) -> ASGIApp:
        conditions = Conditions(
            range=range_header,
            if_range=request.headers.get("if-range"),
            if_match=request.headers.get("if-match"),
            if_none_match=request.headers.get("if-none-match"),
        )
        decided = answer_about(files, conditions, listing=listing)
        if decided.status == 304:
            return Response(status_code=304, headers=decided.headers)
        if decided.status not in (200, 206):
            raise HTTPException(decided.status, headers=decided.headers)
        urgency = urgency_of(request.headers.get("priority", ""))

        async def fetch(file: MediaFile) -> Held | Arriving:
            self._supply.asked(listing.title_id, file.path)
            return await self._supply.fetched(listing.title_id, file.path, urgency=urgency)

        return SpanReply(
            spans_of(files, first=decided.first, length=decided.length),
            status=decided.status,
            headers=decided.headers,
            fetch=fetch,
        )


def _range_header(request: Request) -> str | None:
    """RFC 9110, section 14.2: of all methods only GET has ranges."""
    return request.headers.get("range") if request.method == "GET" else None


def service_of(desk: MediaDesk, *, status: Callable[[], Status]) -> Service:
    """The routes of an appliance."""

    async def healthz(request: Request) -> Response:
        return reply({"status": "ok"}, headers={"Cache-Control": "no-store"})

    async def show_status(request: Request) -> Response:
        return reply(status(), headers={"Cache-Control": "no-store"})

    return Service(
        name="edge",
        routes=(
            Route("/t/{token}/titles/{title_id}/{path:path}", desk.file, methods=["GET"]),
            Route("/v1/titles/{title_id}/segments", desk.segments, methods=["GET"]),
            Route("/v1/status", show_status, methods=["GET"]),
            Route("/healthz", healthz, methods=["GET"]),
        ),
    )


def _is_for_the_shelf(request: Request) -> bool:
    """Whether only what is here is asked for (RFC 9111, section 5.2.1.7): so do peers, or they would ask in a ring."""
    return "only-if-cached" in request.headers.get("cache-control", "")
