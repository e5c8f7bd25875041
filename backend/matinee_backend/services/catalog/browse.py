"""Browsing: rows and titles with posters that appliances serve."""

from collections import OrderedDict
from collections.abc import Iterable, Mapping

from matinee.clock import Clock
from matinee.errors import TitleUnknown
from matinee.wire.catalog import CatalogItem, Homepage, Row
from matinee.wire.title import POSTER_NAME
from matinee_backend.ports import HistoryStore, TitleStore
from matinee_backend.records import Account, CatalogTitle, HeardAppliance, Watched
from matinee_backend.services.catalog.rules import ITEMS_BY_DEVICE, catalog_item, homepage_rows, page_of, resume_ms
from matinee_backend.services.entitlement.rules import is_shown
from matinee_backend.services.steering.direct import Director
from matinee_backend.services.steering.rules import MediaToken, oca_urls, ranked

RECENT_TITLES = 40
MAX_POSTER_TOKENS = 4_096
"""Titles whose poster token is remembered; the least recently shown are signed anew."""


class CatalogDesk:
    def __init__(self, *, titles: TitleStore, history: HistoryStore, director: Director, clock: Clock) -> None:
        self._titles = titles
        self._history = history
        self._director = director
        self._clock = clock
        self._tokens: OrderedDict[str, tuple[int, MediaToken]] = OrderedDict()
        """By title: when to sign the next, and the token."""

    async def homepage(self, account: Account, *, profile_id: str, device: str, page: int) -> Homepage:
        """The page of the profile's rows; empty beyond the last."""
        recent = await self._history.recent(profile_id, limit=RECENT_TITLES)
        rows = homepage_rows(
            account,
            await self._titles.titles(),
            recent,
            row_items=ITEMS_BY_DEVICE[device],
            wall_ms=self._clock.wall_ms(),
        )
        shown, pages = page_of(rows, page)
        appliances = await self._director.present()
        watched = {each.title_id: each for each in recent}
        return Homepage(
            rows=tuple(
                Row(title=row.title, items=tuple(self._item(title, appliances, watched) for title in row.items))
                for row in shown
            ),
            page=page,
            pages=pages,
        )

    async def title(self, account: Account, title_id: str) -> CatalogItem:
        """What a person sees of the title. Raises TitleUnknown also for one that the country is not offered."""
        title = await self._titles.title(title_id)
        if title is None or not is_shown(title, country=account.country):
            raise TitleUnknown(f"There is no title {title_id}.", title_id=title_id)
        return self._item(title, await self._director.present(), {})

    def _item(
        self, title: CatalogTitle, appliances: Iterable[HeardAppliance], watched: Mapping[str, Watched]
    ) -> CatalogItem:
        index = title.index
        progress_ms = resume_ms(watched.get(index.title_id), duration_ms=index.duration_ms)
        return catalog_item(title, poster_url=self._poster_url(title, appliances), progress_ms=progress_ms)

    def _poster_url(self, title: CatalogTitle, appliances: Iterable[HeardAppliance]) -> str:
        """On the appliance that comes first for all viewers: one cache then has it. Empty if there is none."""
        title_id = title.index.title_id
        load_step = self._director.settings.load_step
        nearest = ranked(appliances, title_id=title_id, session_id="posters", load_step=load_step)[:1]
        if not title.has_poster or not nearest:
            return ""
        return oca_urls(nearest, title_id=title_id, token=self._poster_token(title_id))[0].url + POSTER_NAME

    def _poster_token(self, title_id: str) -> MediaToken:
        now_ms = self._clock.now_ms()
        renew_at_ms, token = self._tokens.get(title_id, (now_ms, MediaToken("", 0)))
        if renew_at_ms <= now_ms:
            token = self._director.media_token(title_id, session_id="posters")
            renew_at_ms = now_ms + self._director.settings.media_token_lifetime_ms // 2
        self._tokens[title_id] = (renew_at_ms, token)
        self._tokens.move_to_end(title_id)
        if len(self._tokens) > MAX_POSTER_TOKENS:
            self._tokens.popitem(last=False)
        return token
