"""The log says what happened, in lines that any machine would write the same."""

from pathlib import Path

import msgspec
import pytest

from matinee.core.messages import (
    Announce,
    Fetch,
    Fetched,
    FetchFailed,
    KeysRefused,
    ManifestRead,
    ManifestTarget,
    ProgressMade,
    WakeAt,
    Woke,
)
from matinee.core.notices import FailedOver
from matinee.testing.log import EventLog, assert_golden
from matinee.testing.playbook import presentation, segment_of, track


@pytest.fixture
def log() -> EventLog:
    return EventLog()


def test_an_event_stands_before_the_commands_and_notices_it_caused(log: EventLog) -> None:
    fetch, notice = Fetch(8, segment_of(track(), 1, 3), "a"), FailedOver(9, "a", "b", "reset")
    log(Fetched(7, 1_000, 40), [fetch, Announce(notice)], 50)
    assert log.lines == [
        '{"now_ms":50,"event":"Fetched","request_id":7,"size_bytes":1000,"elapsed_ms":40}',
        '{"now_ms":50,"command":"Fetch","request_id":8,"target":{"is":"SegmentTarget",'
        '"of":{"is":"RenditionRef","kind":"video","track_id":"video-und","rung":1,"mime_type":"video/mp4"},'
        '"segment":{"is":"Segment","number":4,"start_ms":12000,"duration_ms":4000}},"appliance":"a"}',
        '{"now_ms":50,"notice":"FailedOver","at_ms":9,"from_appliance":"a","to_appliance":"b","reason":"reset"}',
    ]


def test_what_is_as_usual_is_left_out(log: EventLog) -> None:
    log(FetchFailed(7, "reset", hint_ms=0), [], 50)
    log(FetchFailed(7, "reset", hint_ms=1), [], 50)
    assert ["hint_ms" in line for line in log.lines] == [False, True]
    log(ManifestRead(1, 2_000, presentation(), ("a",)), [], 60)
    assert "variables" not in log.lines[2]


def test_what_ticks_is_left_out_until_it_has_consequences(log: EventLog) -> None:
    log(ProgressMade(1, 65_536, 0), [WakeAt(900)], 10)
    log(Woke(), [], 20)
    assert log.lines == []
    log(Woke(), [WakeAt(900), Fetch(2, ManifestTarget(), "b")], 30)
    said = [msgspec.json.decode(line) for line in log.lines]
    assert [it.get("event") or it["command"] for it in said] == ["Woke", "Fetch"]


def test_what_is_big_is_counted(log: EventLog) -> None:
    log(ManifestRead(1, 2_000, presentation(), ("a", "b")), [], 10)
    said = msgspec.json.decode(log.lines[0])
    assert said["presentation"]["periods"] == {"items": 1}
    assert said["appliances"] == ["a", "b"]
    log(KeysRefused("code", "x" * 1_000), [], 20)
    assert len(log.lines[1]) < 300


def test_a_float_is_refused(log: EventLog) -> None:
    with pytest.raises(TypeError, match="float"):
        log(Fetched(1, 1, 0.5), [], 10)  # type: ignore[arg-type]


def test_a_log_that_is_the_golden_one_passes_and_another_is_shown_by_its_difference(tmp_path: Path) -> None:
    golden = tmp_path / "new" / "play.jsonl"
    with pytest.raises(AssertionError, match=r"\+first"):
        assert_golden("first\nsecond\n", golden)
    assert_golden("first\nsecond\n", golden, update=True)
    assert_golden("first\nsecond\n", golden)
    with pytest.raises(AssertionError, match=r"-second\n\+third"):
        assert_golden("first\nthird\n", golden)
