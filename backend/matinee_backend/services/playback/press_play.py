"""Press play: entitlement, ranking, license, reply. Whatever the reply could do without is not asked here."""

import secrets
from dataclasses import dataclass

from matinee.wire.auth import AccessClaims
from matinee.wire.play import PlayReply, PlayRequest
from matinee_asgi.timing import Shares
from matinee_backend.ports import HistoryStore, MemberStore
from matinee_backend.records import Account, CatalogTitle, Device
from matinee_backend.services.entitlement.entitle import Entitlement
from matinee_backend.services.license.issue import LicenseDesk
from matinee_backend.services.members.rules import check_profile
from matinee_backend.services.playback.rules import play_reply
from matinee_backend.services.steering.direct import Director


@dataclass(frozen=True, kw_only=True)
class PlaybackDesk:
    members: MemberStore
    history: HistoryStore
    entitlement: Entitlement
    licenses: LicenseDesk
    director: Director

    async def press_play(
        self, who: AccessClaims, asked: PlayRequest, *, public_url: str, address: str, shares: Shares
    ) -> PlayReply:
        """A session for a client at that address, holding one of the account's streams.

        Raises: LicenseRefused for a foreign device, RequestInvalid for a foreign profile, TitleUnknown,
        NotEntitled, TooManyStreams, ServiceUnavailable if no appliance holds the title. No stream is held then.
        """
        with shares.take("auth"):
            device = await self.licenses.device_of(who, asked.device_id)
            account = await self.entitlement.account(who)
            check_profile(asked.profile_id, profiles=await self.members.profiles(account.account_id))
        with shares.take("entitlement"):
            title = await self.entitlement.title_for(account, asked.title_id)
        session_id = secrets.token_urlsafe(16)
        with shares.take("playback"):
            media_token = self.director.media_token(asked.title_id, session_id=session_id)
            urls = await self.director.oca_urls(
                asked.title_id, session_id=session_id, token=media_token, address=address
            )
            watched = await self.history.watched(asked.profile_id, asked.title_id)
        with shares.take("license"):
            license_token = await self._license(account, device, title)
        # Last of all: a refusal above would otherwise leave a stream held for nobody.
        with shares.take("entitlement"):
            await self.entitlement.hold_stream(
                account, session_id=session_id, device_id=device.device_id, title_id=asked.title_id
            )
        return play_reply(
            title,
            session_id=session_id,
            license_token=license_token,
            media_token=media_token.text,
            oca_urls=urls,
            watched=watched,
            public_url=public_url,
        )

    async def _license(self, account: Account, device: Device, title: CatalogTitle) -> str:
        if not title.index.key_ids:
            return ""
        return await self.licenses.issue(account=account, device=device, title=title)
