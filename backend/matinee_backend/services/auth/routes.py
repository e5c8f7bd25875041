"""POST /v1/login, GET /v1/keys."""

from starlette.requests import Request

from matinee.errors import LoginRefused
from matinee.wire.auth import Login, LoginRequest
from matinee_asgi.endpoint import get, post
from matinee_asgi.service import Service
from matinee_backend.services.auth.login import LoginDesk

MAX_LOGIN_BYTES = 8 << 10


def auth_service(*, desk: LoginDesk, service_keys: dict[str, str]) -> Service:
    async def log_in(request: Request, asked: LoginRequest) -> Login:
        address = request.client.host if request.client else ""
        return await desk.log_in(asked, address=address)

    async def keys(request: Request) -> dict[str, str]:
        return service_keys

    return Service(
        name="auth",
        endpoints=(
            post(
                "/v1/login",
                log_in,
                body=LoginRequest,
                answer=Login,
                says="Logs in and registers the device at its first login.",
                max_body_bytes=MAX_LOGIN_BYTES,
                refusals=(LoginRefused,),
            ),
            get("/v1/keys", keys, answer=dict[str, str], says="The services' public Ed25519 keys by key id."),
        ),
    )
