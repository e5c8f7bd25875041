"""Directing sessions to appliances."""

from collections.abc import Callable

import msgspec

from matinee.clock import Clock
from matinee.crypto.tokens import SigningKey
from matinee.errors import RequestInvalid, ServiceUnavailable, TooManyRequests
from matinee.wire.auth import MediaClaims
from matinee.wire.play import OcaUrl
from matinee.wire.steering import (
    HEARTBEAT_EVERY_MS,
    Announcement,
    AnnouncementReply,
    Heartbeat,
    HeartbeatReply,
    SteeringDocument,
)
from matinee_backend.ports import ApplianceDirectory
from matinee_backend.services.placement.place import Placer
from matinee_backend.services.steering.explanation import Explanation, explained
from matinee_backend.services.steering.lookout import Lookout
from matinee_backend.services.steering.pace import Pace
from matinee_backend.services.steering.question import NOTHING_TOLD, Question, steering_url
from matinee_backend.services.steering.ranking import Asked
from matinee_backend.services.steering.rendezvous import key_of
from matinee_backend.services.steering.rules import MediaToken, clones, heard, oca_urls
from matinee_backend.services.steering.subnets import is_address
from matinee_backend.settings import SteeringSettings


class Director:
    def __init__(
        self,
        *,
        directory: ApplianceDirectory,
        placer: Placer,
        key: SigningKey,
        clock: Clock,
        settings: SteeringSettings,
        told_by_players: Callable[[str], int] = lambda appliance: 0,
    ) -> None:
        """`told_by_players`: of an appliance, the share of sessions in trouble there, in permille."""
        self.settings = settings
        self._lookout = Lookout(directory, clock=clock, settings=settings)
        self._placer = placer
        self._key = key
        self._clock = clock
        self._told_by_players = told_by_players
        self._pace = Pace(settings.questions_per_s)

    async def oca_urls(
        self, title_id: str, *, session_id: str, token: MediaToken, address: str, question: Question = NOTHING_TOLD
    ) -> tuple[OcaUrl, ...]:
        """Where a client at that address plays the title from, best first; the session counts at the first.

        Raises ServiceUnavailable if nobody holds it now.
        """
        fleet = await self._lookout.look()
        asked = Asked(session_id, title_id, question.current, frozenset(question.slow))
        ranking = fleet.send(asked, address=address, wall_ms=self._clock.wall_ms())
        if not ranking.places:
            what = f"No appliance that holds {title_id} is present."
            raise ServiceUnavailable(what, retry_after_ms=HEARTBEAT_EVERY_MS, title_id=title_id)
        return oca_urls(ranking.places, title_id=title_id, token=token)

    async def poster_folder(self, title_id: str, *, token: MediaToken, address: str) -> str:
        """The title's folder on the appliance that comes first for all viewers there: one cache then has its poster.

        Empty if nobody holds the title.
        """
        fleet = await self._lookout.look()
        ranking = fleet.rank(Asked("posters", title_id), address=address, wall_ms=self._clock.wall_ms())
        return oca_urls(ranking.places[:1], title_id=title_id, token=token)[0].url if ranking.places else ""

    async def site_of(self, address: str) -> str:
        """Whose network the address belongs to: the site that announces the longest prefix; empty if none is known."""
        try:
            fleet = await self._lookout.look()
        except ServiceUnavailable:
            return ""
        around = fleet.around(address)
        return around[0][0] if around else ""

    def media_token(self, title_id: str, *, session_id: str) -> MediaToken:
        exp_wall_ms = self._clock.wall_ms() + self.settings.media_token_lifetime_ms
        claims = MediaClaims(sub=session_id, titles=(title_id,), exp_wall_ms=exp_wall_ms)
        return MediaToken(self._key.sign(claims), exp_wall_ms)

    async def document(
        self, title_id: str, *, session_id: str, public_url: str, address: str, shown: MediaToken, question: Question
    ) -> SteeringDocument:
        """The session's next list. `shown`: its token, which is signed anew once half its life is over.

        Raises as `oca_urls`, and TooManyRequests.
        """
        if not self._pace.admits(now_ms=self._clock.now_ms()):
            # Spread over the time in which all ask once: who is turned away together does not come back together.
            retry_after_ms = 1_000 + key_of(session_id) % (self.settings.ttl_s * 1000)
            raise TooManyRequests("Too many sessions ask for steering.", retry_after_ms=retry_after_ms)
        is_fresh = shown.exp_wall_ms - self._clock.wall_ms() > self.settings.media_token_lifetime_ms // 2
        token = shown if is_fresh else self.media_token(title_id, session_id=session_id)
        urls = await self.oca_urls(title_id, session_id=session_id, token=token, address=address, question=question)
        return SteeringDocument(
            ttl_s=self.settings.ttl_s,
            reload_uri=steering_url(public_url, session_id=session_id, token=token.text, question=question),
            pathway_priority=tuple(url.appliance for url in urls),
            pathway_clones=clones(urls, base=question.base),
            oca_urls=urls,
        )

    async def explain(self, asked: Asked, *, address: str) -> Explanation:
        """Why such a session would be sent where; nothing is changed by asking. Raises RequestInvalid."""
        if not is_address(address):
            raise RequestInvalid(f"{address} is no address.", parameter="client")
        fleet, wall_ms = await self._lookout.look(), self._clock.wall_ms()
        ranking = fleet.rank(asked, address=address, wall_ms=wall_ms)
        return explained(ranking, asked, address=address, groups=fleet.around(address), wall_ms=wall_ms)

    async def announce(self, place: Announcement) -> AnnouncementReply:
        """The appliance stands there. Raises RequestInvalid for subnets that are none."""
        return AnnouncementReply(subnets=await self._lookout.announce(place))

    async def hear(self, heartbeat: Heartbeat) -> HeartbeatReply:
        """The appliance is present, and told what it should hold, and what it should tell."""
        error_permille = max(heartbeat.used.error_permille, self._told_by_players(heartbeat.appliance))
        used = msgspec.structs.replace(heartbeat.used, error_permille=error_permille)
        it = msgspec.structs.replace(heard(heartbeat, wall_ms=self._clock.wall_ms()), used=used)
        knows_titles = await self._lookout.hear(it, titles=heartbeat.titles)
        return HeartbeatReply(
            placement=await self._placer.news_for(heartbeat.appliance, known=heartbeat.placed),
            tell_titles=not knows_titles,
            tell_place=not self._lookout.fleet.knows_place(heartbeat.appliance),
        )
