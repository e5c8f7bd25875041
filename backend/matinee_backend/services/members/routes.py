"""GET /v1/profiles."""

from starlette.requests import Request

from matinee.wire.auth import Profile
from matinee_asgi.bearer import BearerCheck
from matinee_asgi.endpoint import get
from matinee_asgi.service import Service
from matinee_backend.ports import MemberStore
from matinee_backend.services.members.rules import listed


def members_service(*, bearer: BearerCheck, members: MemberStore) -> Service:
    async def profiles(request: Request) -> tuple[Profile, ...]:
        who = bearer.member(request)
        return listed(await members.profiles(who.sub))

    return Service(
        name="members",
        endpoints=(
            get(
                "/v1/profiles",
                profiles,
                answer=tuple[Profile, ...],
                says="The account's profiles, oldest first.",
                bearer="member",
            ),
        ),
    )
