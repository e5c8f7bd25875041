"""Who runs in a state directory: written by the supervisor at every start, read by `status` and `down`."""

import msgspec

from matinee.files import write_whole
from matinee_local.processes import ProcessId
from matinee_local.state import StateDir


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One process of the system."""

    name: str
    process: ProcessId
    url: str
    """Empty until it is ready for the first time."""
    started_wall_ms: int


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """A supervisor and what it started."""

    supervisor: ProcessId
    entries: tuple[Entry, ...]


class Ready(msgspec.Struct, frozen=True):
    """What a server says once it listens (`matinee_asgi.serve`)."""

    name: str
    pid: int
    url: str


def write_record(state: StateDir, record: Record) -> None:
    """`record` is on disk, whole."""
    write_whole(state.record, msgspec.json.encode(record))


def read_record(state: StateDir) -> Record | None:
    """The last record written; None if there is none or it is no record."""
    try:
        return msgspec.json.decode(state.record.read_bytes(), type=Record)
    except (FileNotFoundError, NotADirectoryError, msgspec.DecodeError):
        return None


def read_ready(state: StateDir, name: str, *, pid: int) -> Ready | None:
    """What process `pid` said under `name`; None as long as it has said nothing."""
    try:
        ready = msgspec.json.decode(state.ready_file(name).read_bytes(), type=Ready)
    except (FileNotFoundError, msgspec.DecodeError):
        return None
    return ready if ready.pid == pid else None
