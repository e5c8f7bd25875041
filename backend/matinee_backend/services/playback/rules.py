"""The reply to a press of play."""

from matinee.wire.play import OcaUrl, PlayReply
from matinee.wire.title import MANIFEST_NAME
from matinee_backend.records import CatalogTitle, Watched
from matinee_backend.services.catalog.rules import resume_ms
from matinee_backend.services.steering.question import steering_url


def play_reply(
    title: CatalogTitle,
    *,
    session_id: str,
    license_token: str,
    media_token: str,
    oca_urls: tuple[OcaUrl, ...],
    watched: Watched | None,
    public_url: str,
) -> PlayReply:
    """Everything a player needs until the end. `oca_urls`: at least one."""
    index = title.index
    return PlayReply(
        session_id=session_id,
        title_id=index.title_id,
        name=index.name,
        manifest_url=oca_urls[0].url + MANIFEST_NAME,
        license=license_token,
        oca_urls=oca_urls,
        bitrate_ladder=index.ladder,
        steering_url=steering_url(public_url, session_id=session_id, token=media_token),
        telemetry_url=f"{public_url}/v1/telemetry",
        resume_ms=resume_ms(watched, duration_ms=index.duration_ms),
        credit=index.credit,
    )
