"""Browsing, with posters that appliances serve."""

import pytest

from matinee.crypto.tokens import SigningKey
from matinee.errors import TitleUnknown
from matinee.wire.steering import HEARTBEAT_EXPIRY_MS
from matinee_backend.adapters.memory import MemoryAppliances, MemoryHistory, MemoryTitles
from matinee_backend.records import Watched
from matinee_backend.services.catalog.browse import CatalogDesk
from matinee_backend.services.steering.direct import Director
from matinee_backend.settings import SteeringSettings
from tests.support.control_plane import AheadClock, account_of, catalog_title, heartbeat
from tests.support.placement import placer

ADA = account_of(password_hash="")


async def desk(clock: AheadClock) -> CatalogDesk:
    titles, history = MemoryTitles(), MemoryHistory()
    director = Director(
        directory=MemoryAppliances(),
        placer=placer(),
        key=SigningKey.generate(),
        clock=clock,
        settings=SteeringSettings(),
    )
    await titles.put(catalog_title("sintel"))
    await titles.put(catalog_title("french", countries=("FR",)))
    await history.put(Watched(profile_id="p", title_id="sintel", position_ms=60_000, watched_wall_ms=1))
    await director.hear(heartbeat("isp-a", titles=("sintel",)))
    return CatalogDesk(titles=titles, history=history, director=director, clock=clock)


async def test_items_have_a_poster_on_an_appliance_and_the_profiles_progress() -> None:
    it = await desk(AheadClock())
    page = await it.homepage(ADA, profile_id="p", device="tv", page=1, address="")
    assert [row.title for row in page.rows] == ["Continue watching", "New"]
    item = page.rows[0].items[0]
    assert item.progress_ms == 60_000
    assert item.poster_url.startswith("http://isp-a.example/t/")
    assert item.poster_url.endswith("/titles/sintel/poster.jpg")


async def test_a_poster_keeps_its_url_while_its_token_is_fresh() -> None:
    clock = AheadClock()
    it = await desk(clock)
    first, again = await it.title(ADA, "sintel", address=""), await it.title(ADA, "sintel", address="")
    assert first.poster_url == again.poster_url


async def test_without_an_appliance_there_is_a_title_and_no_poster() -> None:
    clock = AheadClock()
    it = await desk(clock)
    clock.ahead_ms += HEARTBEAT_EXPIRY_MS + 1_000
    assert (await it.title(ADA, "sintel", address="")).poster_url == ""


@pytest.mark.parametrize("title_id", ["nothing", "french"])
async def test_a_title_that_the_country_is_not_offered_is_unknown(title_id: str) -> None:
    it = await desk(AheadClock())
    with pytest.raises(TitleUnknown):
        await it.title(ADA, title_id, address="")
