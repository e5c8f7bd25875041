"""GET /v1/steering/{session_id}; heartbeats and announcements of appliances; explanations for operators."""

from collections.abc import Callable

from starlette.requests import Request

from matinee.errors import RequestInvalid, TokenInvalid, TooManyRequests
from matinee.wire.ids import ApplianceId, OpaqueId, TitleId
from matinee.wire.steering import Announcement, AnnouncementReply, Heartbeat, HeartbeatReply, SteeringDocument
from matinee_asgi.bearer import BearerCheck
from matinee_asgi.endpoint import Endpoint, Parameter, get, post
from matinee_asgi.service import Service
from matinee_backend.services.steering.direct import Director
from matinee_backend.services.steering.explanation import Explanation
from matinee_backend.services.steering.question import question_of
from matinee_backend.services.steering.ranking import Asked
from matinee_backend.services.steering.rules import MediaToken, check_heartbeat
from matinee_backend.services.steering.tickets import Tickets

_SESSION: Parameter[str] = Parameter(name="session_id", schema=OpaqueId)
_TOKEN: Parameter[str] = Parameter(name="token", schema=str, where="query")
_APPLIANCE: Parameter[str] = Parameter(name="appliance", schema=ApplianceId)
_CLIENT: Parameter[str] = Parameter(name="client", schema=str, where="query")
_TITLE: Parameter[str] = Parameter(name="title", schema=TitleId, where="query")
_AS_SESSION: Parameter[str] = Parameter(name="session", schema=OpaqueId, where="query", default="explained")


def steering_service(
    *,
    bearer: BearerCheck,
    director: Director,
    public_url: Callable[[Request], str],
    client: Callable[[Request], str],
) -> Service:
    """`client`: the address that a request comes from."""

    tickets = Tickets(bearer.keys, clock=bearer.clock)

    async def steer(request: Request) -> SteeringDocument:
        session_id = _SESSION.read(request)
        token = _TOKEN.read(request)
        claims = tickets.claims(token, session_id=session_id)
        return await director.document(
            claims.titles[0],
            session_id=session_id,
            public_url=public_url(request),
            address=client(request),
            shown=MediaToken(token, claims.exp_wall_ms),
            question=question_of(request.query_params),
        )

    return Service(
        name="steering",
        endpoints=(
            get(
                "/v1/steering/{session_id}",
                steer,
                answer=SteeringDocument,
                says="The session's appliances, best first (DASH and HLS content steering), with fresh media tokens.",
                parameters=(_SESSION, _TOKEN),
                refusals=(TokenInvalid, TooManyRequests),
            ),
            *_for_appliances(bearer, director),
            _for_operators(bearer, director),
        ),
    )


def _for_appliances(bearer: BearerCheck, director: Director) -> tuple[Endpoint, ...]:
    async def heartbeat(request: Request, told: Heartbeat) -> HeartbeatReply:
        appliance_id = _APPLIANCE.read(request)
        bearer.appliance(request, appliance_id)
        check_heartbeat(told, appliance_id=appliance_id)
        return await director.hear(told)

    async def announce(request: Request, told: Announcement) -> AnnouncementReply:
        appliance_id = _APPLIANCE.read(request)
        bearer.appliance(request, appliance_id)
        if told.appliance != appliance_id:
            raise RequestInvalid(f"An announcement of {told.appliance} told as that of {appliance_id}.")
        return await director.announce(told)

    return (
        post(
            "/v1/appliances/{appliance}/heartbeat",
            heartbeat,
            body=Heartbeat,
            answer=HeartbeatReply,
            says="The appliance is present until its next heartbeat is overdue; says what it should hold and tell.",
            bearer="appliance",
            parameters=(_APPLIANCE,),
        ),
        post(
            "/v1/appliances/{appliance}/announcement",
            announce,
            body=Announcement,
            answer=AnnouncementReply,
            says="The appliance stands there, near to the clients in these subnets.",
            bearer="appliance",
            parameters=(_APPLIANCE,),
        ),
    )


def _for_operators(bearer: BearerCheck, director: Director) -> Endpoint:
    async def explain(request: Request) -> Explanation:
        bearer.operator(request)
        asked = Asked(_AS_SESSION.read(request), _TITLE.read(request))
        return await director.explain(asked, address=_CLIENT.read(request))

    return get(
        "/v1/explanations/steering",
        explain,
        answer=Explanation,
        says="Where a client would be sent for a title, and why; for operators.",
        bearer="operator",
        parameters=(_CLIENT, _TITLE, _AS_SESSION),
    )
