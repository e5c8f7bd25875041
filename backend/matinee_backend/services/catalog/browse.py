"""Browsing: rows and titles with posters that appliances serve."""

from collections import OrderedDict
from collections.abc import Mapping

from matinee.clock import Clock
from matinee.errors import TitleUnknown
from matinee.wire.catalog import CatalogItem, Homepage, Row
from matinee.wire.title import POSTER_NAME
from matinee_backend.ports import HistoryStore, TitleStore
from matinee_backend.records import Account, CatalogTitle, Watched
from matinee_backend.services.catalog.rules import ITEMS_BY_DEVICE, catalog_item, homepage_rows, page_of, resume_ms
from matinee_backend.services.entitlement.rules import is_shown
from matinee_backend.services.steering.direct import Director
from matinee_backend.services.steering.rules import MediaToken

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

    async def homepage(self, account: Account, *, profile_id: str, device: str, page: int, address: str) -> Homepage:
        """The page of the profile's rows; empty beyond the last. `address`: the client's, whom posters are near to."""
        recent = await self._history.recent(profile_id, limit=RECENT_TITLES)
        rows = homepage_rows(
            account,
            await self._titles.titles(),
            recent,
            row_items=ITEMS_BY_DEVICE[device],
            wall_ms=self._clock.wall_ms(),
        )
        shown, pages = page_of(rows, page)
        watched = {each.title_id: each for each in recent}
        return Homepage(
            rows=tuple(
                [
                    Row(title=row.title, items=tuple([await self._item(it, address, watched) for it in row.items]))
                    for row in shown
                ]
            ),
            page=page,
            pages=pages,
        )

    async def title(self, account: Account, title_id: str, *, address: str) -> CatalogItem:
        """What a person sees of the title. Raises TitleUnknown also for one that the country is not offered."""
        title = await self._titles.title(title_id)
        if title is None or not is_shown(title, country=account.country):
            raise TitleUnknown(f"There is no title {title_id}.", title_id=title_id)
        return await self._item(title, address, {})

    async def _item(self, title: CatalogTitle, address: str, watched: Mapping[str, Watched]) -> CatalogItem:
        index = title.index
        progress_ms = resume_ms(watched.get(index.title_id), duration_ms=index.duration_ms)
        return catalog_item(title, poster_url=await self._poster_url(title, address), progress_ms=progress_ms)

    async def _poster_url(self, title: CatalogTitle, address: str) -> str:
        """Empty if there is none, or nobody to serve it."""
        title_id = title.index.title_id
        if not title.has_poster:
            return ""
        folder = await self._director.poster_folder(title_id, token=self._poster_token(title_id), address=address)
        return folder and folder + POSTER_NAME

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
