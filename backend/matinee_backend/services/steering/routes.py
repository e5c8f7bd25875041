"""GET /v1/steering/{session_id}, POST /v1/appliances/{appliance}/heartbeat."""

from collections.abc import Callable

from starlette.requests import Request

from matinee.errors import TokenInvalid
from matinee.wire.auth import MediaClaims
from matinee.wire.ids import ApplianceId, OpaqueId
from matinee.wire.placement import Placement
from matinee.wire.steering import Heartbeat, SteeringDocument
from matinee_asgi.bearer import BearerCheck
from matinee_asgi.endpoint import Parameter, get, post
from matinee_asgi.service import Service
from matinee_backend.services.steering.direct import Director
from matinee_backend.services.steering.rules import check_heartbeat

_SESSION: Parameter[str] = Parameter(name="session_id", schema=OpaqueId)
_TOKEN: Parameter[str] = Parameter(name="token", schema=str, where="query")
_APPLIANCE: Parameter[str] = Parameter(name="appliance", schema=ApplianceId)


def steering_service(*, bearer: BearerCheck, director: Director, public_url: Callable[[Request], str]) -> Service:
    async def steer(request: Request) -> SteeringDocument:
        session_id = _SESSION.read(request)
        claims = bearer.keys.verify(_TOKEN.read(request), MediaClaims, wall_ms=bearer.clock.wall_ms())
        if claims.sub != session_id or len(claims.titles) != 1:
            raise TokenInvalid("A token that is not of this session.", reason="wrong-claims")
        return await director.document(claims.titles[0], session_id=session_id, public_url=public_url(request))

    async def heartbeat(request: Request, told: Heartbeat) -> Placement:
        appliance_id = _APPLIANCE.read(request)
        bearer.appliance(request, appliance_id)
        check_heartbeat(told, appliance_id=appliance_id)
        return await director.hear(told)

    return Service(
        name="steering",
        endpoints=(
            get(
                "/v1/steering/{session_id}",
                steer,
                answer=SteeringDocument,
                says="The session's appliances, best first (DASH content steering), with fresh media tokens.",
                parameters=(_SESSION, _TOKEN),
                refusals=(TokenInvalid,),
            ),
            post(
                "/v1/appliances/{appliance}/heartbeat",
                heartbeat,
                body=Heartbeat,
                answer=Placement,
                says="The appliance is present until its next heartbeat is overdue; says what it should hold.",
                bearer="appliance",
                parameters=(_APPLIANCE,),
            ),
        ),
    )
