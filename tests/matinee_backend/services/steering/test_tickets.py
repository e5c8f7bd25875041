"""Tickets: each verified once, and none believed past its end."""

import pytest

from matinee.crypto.tokens import SigningKey, TrustedKeys
from matinee.errors import TokenInvalid
from matinee.wire.auth import MediaClaims
from matinee_backend.services.steering.tickets import Tickets
from tests.support.control_plane import AheadClock

KEY, OTHER = SigningKey.generate(), SigningKey.generate()


class CountingKeys(TrustedKeys):
    verified = 0

    def verify(self, *args: object, **kwargs: object) -> MediaClaims:  # type: ignore[override]
        self.verified += 1
        return super().verify(*args, **kwargs)  # type: ignore[arg-type]


def ticket(clock: AheadClock, sub: str = "s1", *, key: SigningKey = KEY, titles: tuple[str, ...] = ("sintel",)) -> str:
    return key.sign(MediaClaims(sub=sub, titles=titles, exp_wall_ms=clock.wall_ms() + 60_000))


def desk(clock: AheadClock, *, most: int = 9) -> tuple[Tickets, CountingKeys]:
    keys = CountingKeys({KEY.key_id: KEY.public})
    return Tickets(keys, clock=clock, most=most), keys


def test_a_ticket_is_verified_once_until_its_end() -> None:
    clock = AheadClock()
    it, keys = desk(clock)
    token = ticket(clock)
    for _ in range(5):
        assert it.claims(token, session_id="s1").titles == ("sintel",)
    assert keys.verified == 1
    clock.ahead_ms += 60_000
    with pytest.raises(TokenInvalid):
        it.claims(token, session_id="s1")


def test_a_ticket_is_of_one_session_and_one_title_whether_it_is_known_or_not() -> None:
    clock = AheadClock()
    it, _ = desk(clock)
    token = ticket(clock)
    it.claims(token, session_id="s1")
    for foreign in (token, ticket(clock, titles=("*", "b")), ticket(clock, "s2", key=OTHER), "nonsense"):
        with pytest.raises(TokenInvalid):
            it.claims(foreign, session_id="s2")


def test_the_least_recently_shown_are_forgotten() -> None:
    clock = AheadClock()
    it, keys = desk(clock, most=2)
    first, *others = (ticket(clock, f"s{n}") for n in range(3))
    it.claims(first, session_id="s0")
    for n, token in enumerate(others, start=1):
        it.claims(token, session_id=f"s{n}")
    it.claims(others[1], session_id="s2")
    assert keys.verified == 3
    it.claims(first, session_id="s0")
    assert keys.verified == 4
