"""POST /v1/play."""

from collections.abc import Callable

from starlette.requests import Request

from matinee.errors import LicenseRefused, NotEntitled, TitleUnknown, TooManyStreams
from matinee.wire.play import PlayReply, PlayRequest
from matinee_asgi.bearer import BearerCheck
from matinee_asgi.endpoint import post
from matinee_asgi.service import Service
from matinee_asgi.timing import shares_of
from matinee_backend.services.playback.press_play import PlaybackDesk


def playback_service(
    *,
    bearer: BearerCheck,
    desk: PlaybackDesk,
    public_url: Callable[[Request], str],
    client: Callable[[Request], str],
) -> Service:
    """`client`: the address that a request comes from."""

    async def play(request: Request, asked: PlayRequest) -> PlayReply:
        shares = shares_of(request)
        with shares.take("auth"):
            who = bearer.member(request)
        return await desk.press_play(who, asked, public_url=public_url(request), address=client(request), shares=shares)

    return Service(
        name="playback",
        endpoints=(
            post(
                "/v1/play",
                play,
                body=PlayRequest,
                answer=PlayReply,
                says="A play session: manifest, license, appliances best first, and where to steer and report.",
                bearer="member",
                refusals=(LicenseRefused, NotEntitled, TitleUnknown, TooManyStreams),
            ),
        ),
    )
