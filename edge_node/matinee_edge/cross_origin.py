"""Pages of other origins: any may fetch. The token is what protects the media, and no cookie is ever looked at."""

from collections.abc import Sequence

from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware

_EXPOSED = ("Content-Range", "Content-Length", "Date", "ETag", "Accept-Ranges", "Retry-After", "CMSD-Dynamic")

ALLOWED = {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": ", ".join(_EXPOSED)}
"""What an answer to another origin's page carries."""
VARYING = {"Vary": "Origin"}
"""What any answer carries: a browser must not show a page what it kept for an image, without the above."""


def cross_origin() -> Sequence[Middleware]:
    """Says so, and answers preflights."""
    return [
        Middleware(
            CORSMiddleware,
            allow_origins=["*"],
            allow_methods=["GET", "HEAD"],
            allow_headers=["*"],
            expose_headers=_EXPOSED,
            allow_private_network=True,
            max_age=86_400,
        )
    ]
