"""POST /v1/license, /v1/license/release, /v1/clearkey where it is open; /v1/revocations for operators."""

from starlette.requests import Request

from matinee.errors import LicenseRefused, NotEntitled, TitleUnknown
from matinee.wire.clearkey import ClearKeyLicense, ClearKeyRequest
from matinee.wire.license import LicenseReply, Revocation, SignedRequest
from matinee_asgi.bearer import BearerCheck
from matinee_asgi.endpoint import Endpoint, post
from matinee_asgi.service import Service
from matinee_backend.services.license.doors import LicenseDoors
from matinee_backend.services.license.revoke import Revoker

MAX_REQUEST_BYTES = 16 << 10


def license_service(*, bearer: BearerCheck, doors: LicenseDoors, revoker: Revoker) -> Service:
    async def issue(request: Request, asked: SignedRequest) -> LicenseReply:
        return await doors.license(bearer.member(request), asked.request)

    async def release(request: Request, asked: SignedRequest) -> dict[str, str]:
        await doors.release(bearer.member(request), asked.request)
        return {"status": "released"}

    async def revoke(request: Request, said: Revocation) -> Revocation:
        bearer.operator(request)
        await revoker.revoke(said)
        return said

    own = (
        post(
            "/v1/license",
            issue,
            body=SignedRequest,
            answer=LicenseReply,
            says="A license for the device that signs the request, its keys wrapped to that device alone.",
            max_body_bytes=MAX_REQUEST_BYTES,
            bearer="member",
            refusals=(LicenseRefused, NotEntitled, TitleUnknown),
        ),
        post(
            "/v1/license/release",
            release,
            body=SignedRequest,
            answer=dict[str, str],
            says="The device keeps this persistent license no longer.",
            max_body_bytes=MAX_REQUEST_BYTES,
            bearer="member",
            refusals=(LicenseRefused,),
        ),
        post(
            "/v1/revocations",
            revoke,
            body=Revocation,
            answer=Revocation,
            says="A device or a title gets no license from now on, or gets them again; for operators.",
            bearer="operator",
        ),
    )
    is_open = doors.desk.settings.clearkey
    return Service(name="license", endpoints=(*own, _clearkey(bearer, doors)) if is_open else own)


def _clearkey(bearer: BearerCheck, doors: LicenseDoors) -> Endpoint:
    async def issue(request: Request, asked: ClearKeyRequest) -> ClearKeyLicense:
        return await doors.clearkey(bearer.member(request), asked)

    return post(
        "/v1/clearkey",
        issue,
        body=ClearKeyRequest,
        answer=ClearKeyLicense,
        says="The keys of the title whose stream the device holds, as W3C ClearKey.",
        max_body_bytes=MAX_REQUEST_BYTES,
        bearer="member",
        refusals=(LicenseRefused, NotEntitled, TitleUnknown),
    )
