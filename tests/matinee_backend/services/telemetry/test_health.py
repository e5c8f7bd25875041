"""Appliances as their players see them."""

from matinee.wire.telemetry import TelemetryEvent
from matinee_backend.services.telemetry.health import LEAST_ACCOUNTS, LEAST_SESSIONS, SPAN_MS, PlayersView
from tests.support.tellings import failed, happened, moved, told


def view(*, sessions: int, troubled: int, accounts: int = 1_000) -> PlayersView:
    it = PlayersView()
    for number in range(sessions):
        events: list[TelemetryEvent] = [moved(session_id=f"s{number}")]
        events += [failed(session_id=f"s{number}")] * 3 if number < troubled else []
        for one in happened(told(*events, account_id=f"a{number % accounts}")):
            it.note(one)
    return it


def test_an_appliance_is_as_unwell_as_its_sessions_say_each_once() -> None:
    assert view(sessions=40, troubled=10).error_permille(wall_ms=0) == {"isp-a": 250}


def test_nothing_is_said_while_few_say_it() -> None:
    assert view(sessions=LEAST_SESSIONS - 1, troubled=LEAST_SESSIONS - 1).error_permille(wall_ms=0) == {}
    assert view(sessions=40, troubled=LEAST_ACCOUNTS - 1).error_permille(wall_ms=0) == {}


def test_one_account_with_many_sessions_makes_nobody_unwell() -> None:
    assert view(sessions=100, troubled=100, accounts=LEAST_ACCOUNTS - 1).error_permille(wall_ms=0) == {}


def test_it_is_forgotten_when_the_window_has_passed() -> None:
    it = view(sessions=40, troubled=10)
    assert it.error_permille(wall_ms=SPAN_MS) == {"isp-a": 250}
    assert it.error_permille(wall_ms=SPAN_MS + 1) == {}


def test_memory_is_bounded() -> None:
    it = PlayersView(most=30)
    for number in range(100):
        for one in happened(told(failed(session_id=f"s{number}"), account_id=f"a{number}")):
            it.note(one)
    assert it.error_permille(wall_ms=0) == {"isp-a": 1_000}
