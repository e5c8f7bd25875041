"""What an outbox writes down."""

import msgspec
import pytest

from matinee.core.ledger import BROKEN, Entry, Gone, Heard, Lost, Named, Put, entries_in, written

ENTRIES: list[Entry] = [
    Put("e1", 2, msgspec.Raw(b'{"id":"e1"}')),
    Gone(("e1",), is_lost=True),
    Lost(3),
    Named("n", 4),
    Heard(),
]


def test_what_was_written_is_read_again() -> None:
    assert list(entries_in(written(ENTRIES))) == ENTRIES


def test_a_line_that_was_never_finished_was_never_written() -> None:
    ledger = written(ENTRIES)
    for size_bytes in range(len(ledger)):
        cut = ledger[:size_bytes]
        assert list(entries_in(cut)) == ENTRIES[: cut.count(b"\n")]


@pytest.mark.parametrize("line", [b"", b"{}", b'"\xff"', b'{"type":"lost","count":-1}', b"[" * 9_999])
def test_a_broken_line_costs_itself_and_is_counted(line: bytes) -> None:
    ledger = written(ENTRIES[:1]) + line + b"\n" + written(ENTRIES[1:])
    assert list(entries_in(ledger)) == [ENTRIES[0], BROKEN, *ENTRIES[1:]]
