"""How urgent a request is to a server that must choose."""

from matinee.policy.requests import RULES, STARVING_MS, media_urgency, priority_header


def test_playback_comes_before_what_can_wait() -> None:
    urgencies = [rules.urgency for rules in RULES.values()]
    assert urgencies == sorted(urgencies)
    assert all(0 <= urgency <= 7 for urgency in urgencies)


def test_media_is_more_urgent_to_whoever_starves() -> None:
    assert media_urgency(buffer_ms=STARVING_MS - 1) < media_urgency(buffer_ms=STARVING_MS) == RULES["segment"].urgency


def test_a_server_reads_it_as_the_standard_spells_it() -> None:
    assert priority_header(1) == "u=1"
