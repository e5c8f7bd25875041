"""Directing sessions to appliances."""

from dataclasses import dataclass

from matinee.clock import Clock
from matinee.crypto.tokens import SigningKey
from matinee.errors import ServiceUnavailable
from matinee.wire.auth import MediaClaims
from matinee.wire.placement import Placement
from matinee.wire.play import OcaUrl
from matinee.wire.steering import HEARTBEAT_EVERY_MS, HEARTBEAT_EXPIRY_MS, Heartbeat, SteeringDocument
from matinee_backend.ports import ApplianceDirectory
from matinee_backend.records import HeardAppliance
from matinee_backend.services.placement.place import Placer
from matinee_backend.services.steering.rules import MediaToken, heard, oca_urls, ranked, steering_url
from matinee_backend.settings import SteeringSettings


@dataclass(frozen=True, kw_only=True)
class Director:
    directory: ApplianceDirectory
    placer: Placer
    key: SigningKey
    clock: Clock
    settings: SteeringSettings

    async def present(self) -> tuple[HeardAppliance, ...]:
        """The appliances whose heartbeat has not expired."""
        return await self.directory.heard_since(self.clock.wall_ms() - HEARTBEAT_EXPIRY_MS)

    async def oca_urls(self, title_id: str, *, session_id: str, token: MediaToken) -> tuple[OcaUrl, ...]:
        """Where the session plays the title from, best first. Raises ServiceUnavailable if nobody holds it now."""
        appliances = ranked(
            await self.present(), title_id=title_id, session_id=session_id, load_step=self.settings.load_step
        )
        if not appliances:
            what = f"No appliance that holds {title_id} is present."
            raise ServiceUnavailable(what, retry_after_ms=HEARTBEAT_EVERY_MS, title_id=title_id)
        return oca_urls(appliances, title_id=title_id, token=token)

    def media_token(self, title_id: str, *, session_id: str) -> MediaToken:
        exp_wall_ms = self.clock.wall_ms() + self.settings.media_token_lifetime_ms
        claims = MediaClaims(sub=session_id, titles=(title_id,), exp_wall_ms=exp_wall_ms)
        return MediaToken(self.key.sign(claims), exp_wall_ms)

    async def document(self, title_id: str, *, session_id: str, public_url: str) -> SteeringDocument:
        """The session's next list, its tokens fresh. Raises as `oca_urls`."""
        token = self.media_token(title_id, session_id=session_id)
        urls = await self.oca_urls(title_id, session_id=session_id, token=token)
        return SteeringDocument(
            ttl_s=self.settings.ttl_s,
            reload_uri=steering_url(public_url, session_id=session_id, token=token.text),
            pathway_priority=tuple(url.appliance for url in urls),
            oca_urls=urls,
        )

    async def hear(self, heartbeat: Heartbeat) -> Placement:
        """The appliance is present, and told what it should hold."""
        appliance = heard(heartbeat)
        await self.directory.hear(appliance, wall_ms=self.clock.wall_ms())
        return await self.placer.placement_for(appliance.appliance)
