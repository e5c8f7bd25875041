"""POST /v1/license."""

from starlette.requests import Request

from matinee.errors import LicenseRefused, NotEntitled, TitleUnknown
from matinee.wire.license import LicenseReply, LicenseRequest
from matinee_asgi.bearer import BearerCheck
from matinee_asgi.endpoint import post
from matinee_asgi.service import Service
from matinee_backend.services.entitlement.entitle import Entitlement
from matinee_backend.services.license.issue import LicenseDesk


def license_service(*, bearer: BearerCheck, entitlement: Entitlement, licenses: LicenseDesk) -> Service:
    async def issue(request: Request, asked: LicenseRequest) -> LicenseReply:
        who = bearer.member(request)
        device = await licenses.device_of(who, asked.device_id)
        account = await entitlement.account(who)
        title = await entitlement.title_for(account, asked.title_id)
        return LicenseReply(
            license=await licenses.issue(account=account, device=device, title=title, key_ids=asked.key_ids)
        )

    return Service(
        name="license",
        endpoints=(
            post(
                "/v1/license",
                issue,
                body=LicenseRequest,
                answer=LicenseReply,
                says="A license for the device that asks, signed, its keys wrapped to that device alone.",
                bearer="member",
                refusals=(LicenseRefused, NotEntitled, TitleUnknown),
            ),
        ),
    )
