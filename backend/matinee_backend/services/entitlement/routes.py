"""GET /v1/streams."""

from starlette.requests import Request

from matinee_asgi.bearer import BearerCheck
from matinee_asgi.endpoint import get
from matinee_asgi.service import Service
from matinee_backend.services.entitlement.entitle import Entitlement
from matinee_backend.services.entitlement.rules import StreamsInUse


def entitlement_service(*, bearer: BearerCheck, entitlement: Entitlement) -> Service:
    async def streams(request: Request) -> StreamsInUse:
        who = bearer.member(request)
        return await entitlement.in_use(await entitlement.account(who))

    return Service(
        name="entitlement",
        endpoints=(
            get(
                "/v1/streams",
                streams,
                answer=StreamsInUse,
                says="The account's streams in use, and how many its plan allows.",
                bearer="member",
            ),
        ),
    )
