"""GET /v1/profiles/{profile_id}/homepage, GET /v1/titles/{title_id}."""

from collections.abc import Callable
from typing import Annotated

from msgspec import Meta
from starlette.requests import Request

from matinee.errors import TitleUnknown
from matinee.wire.catalog import CatalogItem, Homepage
from matinee.wire.ids import OpaqueId, TitleId
from matinee_asgi.bearer import BearerCheck
from matinee_asgi.endpoint import Parameter, get
from matinee_asgi.service import Service
from matinee_backend.ports import MemberStore
from matinee_backend.services.catalog.browse import CatalogDesk
from matinee_backend.services.catalog.rules import DeviceKind
from matinee_backend.services.entitlement.entitle import Entitlement
from matinee_backend.services.members.rules import check_profile

_PROFILE: Parameter[str] = Parameter(name="profile_id", schema=OpaqueId)
_TITLE: Parameter[str] = Parameter(name="title_id", schema=TitleId)
_DEVICE: Parameter[str] = Parameter(name="device", schema=DeviceKind, where="query", default="tv")
_PAGE: Parameter[int] = Parameter(name="page", schema=Annotated[int, Meta(ge=1, le=1_000)], where="query", default=1)


def catalog_service(
    *,
    bearer: BearerCheck,
    entitlement: Entitlement,
    members: MemberStore,
    desk: CatalogDesk,
    client: Callable[[Request], str],
) -> Service:
    """`client`: the address that a request comes from."""

    async def homepage(request: Request) -> Homepage:
        profile_id, device, page = _PROFILE.read(request), _DEVICE.read(request), _PAGE.read(request)
        account = await entitlement.account(bearer.member(request))
        check_profile(profile_id, profiles=await members.profiles(account.account_id))
        return await desk.homepage(account, profile_id=profile_id, device=device, page=page, address=client(request))

    async def title(request: Request) -> CatalogItem:
        account = await entitlement.account(bearer.member(request))
        return await desk.title(account, _TITLE.read(request), address=client(request))

    return Service(
        name="catalog",
        endpoints=(
            get(
                "/v1/profiles/{profile_id}/homepage",
                homepage,
                answer=Homepage,
                says="A page of the profile's rows: what it has begun, what is new, what there is of each genre.",
                bearer="member",
                parameters=(_PROFILE, _DEVICE, _PAGE),
            ),
            get(
                "/v1/titles/{title_id}",
                title,
                answer=CatalogItem,
                says="What a person sees of the title.",
                bearer="member",
                parameters=(_TITLE,),
                refusals=(TitleUnknown,),
            ),
        ),
    )
