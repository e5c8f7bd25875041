"""The record of who runs, and what servers say of themselves."""

import pytest

from matinee_local.processes import ProcessId
from matinee_local.record import Entry, Record, read_ready, read_record, write_record
from matinee_local.state import StateDir

RECORD = Record(
    supervisor=ProcessId(1, "a"),
    entries=(Entry(name="isp-a", process=ProcessId(2, "b"), url="http://x", started_wall_ms=3),),
)


def test_what_was_recorded_is_read_again(state: StateDir) -> None:
    write_record(state, RECORD)
    assert read_record(state) == RECORD


def test_a_state_in_which_nothing_ran_has_no_record(state: StateDir) -> None:
    assert read_record(state) is None


@pytest.mark.parametrize("garbage", [b"", b"{", b"[]", b'{"supervisor": 1}'])
def test_a_record_that_cannot_be_read_counts_as_none(state: StateDir, garbage: bytes) -> None:
    state.record.write_bytes(garbage)
    assert read_record(state) is None


def test_what_an_earlier_process_said_is_not_believed_of_this_one(state: StateDir) -> None:
    state.ready_file("isp-a").write_text('{"name": "isp-a", "pid": 7, "url": "http://x"}')
    assert read_ready(state, "isp-a", pid=8) is None
    ready = read_ready(state, "isp-a", pid=7)
    assert ready is not None
    assert ready.url == "http://x"


def test_a_server_that_has_said_nothing_is_not_ready(state: StateDir) -> None:
    assert read_ready(state, "isp-a", pid=7) is None
