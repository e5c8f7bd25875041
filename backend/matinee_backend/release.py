"""Saying when a title comes out: its index says so, and everybody reads it there."""

from datetime import datetime

import msgspec

from matinee.errors import RequestInvalid, SettingsInvalid, TitleUnknown
from matinee.files import write_whole
from matinee.wire.ids import TitleId
from matinee.wire.title import INDEX_NAME, TitleIndex
from matinee_backend.state import StateFolder


def wall_ms_of(text: str) -> int:
    """The moment of an ISO 8601 date and time that says its offset. Raises SettingsInvalid."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise SettingsInvalid(f"{text!r} is no date and time, as 2026-12-24T18:00+01:00.") from error
    if moment.tzinfo is None:
        raise SettingsInvalid(f"{text!r} does not say its offset, as +01:00 or Z.")
    return int(moment.timestamp()) * 1000


def set_release(state: StateFolder, title_id: str, *, wall_ms: int) -> TitleIndex:
    """From `wall_ms` on the title may be played; until then it is placed and filled, and refused to viewers.

    Raises: TitleUnknown if the origin has no such title; RequestInvalid for a moment at which it is offered no longer.
    """
    path = state.media / _known(title_id) / INDEX_NAME
    try:
        index = msgspec.json.decode(path.read_bytes(), type=TitleIndex)
    except (OSError, msgspec.DecodeError) as error:
        raise TitleUnknown(f"The origin has no title {title_id}.", title_id=title_id) from error
    if index.available_until_wall_ms is not None and wall_ms >= index.available_until_wall_ms:
        raise RequestInvalid(f"{title_id} would come out when it is offered no longer.", title_id=title_id)
    index = msgspec.structs.replace(index, available_from_wall_ms=wall_ms)
    write_whole(path, msgspec.json.encode(index))
    return index


def _known(title_id: str) -> str:
    try:
        return msgspec.convert(title_id, TitleId)
    except msgspec.ValidationError as error:
        raise TitleUnknown("A title of that id cannot exist.") from error
