"""How a title is to be made: one frozen value, checked once at the door."""

import re
import unicodedata
from pathlib import Path
from typing import Literal, get_args

import msgspec

from matinee.errors import SettingsInvalid
from matinee.wire.ids import TitleId

Preset = Literal["ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow", "slower", "veryslow"]
PRESETS: tuple[str, ...] = get_args(Preset)


class EncodeSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What `matinee encode` is told."""

    name: str
    """As viewers read it; not empty."""
    title_id: TitleId
    state: Path
    """The state directory; the title goes to `media/` in it, its keys to `keys/`."""
    description: str = ""
    credit: str = ""
    genres: tuple[str, ...] = ()
    subtitles: tuple[tuple[str, Path], ...] = ()
    """Language and WebVTT file; they come before the mezzanine's own."""
    preset: Preset = "veryfast"
    """x264's: slower presets look better at the same bitrate."""
    license_url: str = ""
    """Where players of others ask for ClearKey licenses; absolute. Empty: their app tells them."""
    workers: int = 1
    """Processes that encode at the same time. 1 to 256."""


def settings_for(*, name: str, state: Path, workers: int, title_id: str = "", **others: object) -> EncodeSettings:
    """The settings, with `title_id` made of the name if none is given. Raises SettingsInvalid by name."""
    fields = {"name": name, "state": state, "workers": workers, "title_id": title_id or slug(name), **others}
    if not name.strip():
        raise SettingsInvalid("A title needs a name.")
    if not 1 <= workers <= 256:
        raise SettingsInvalid(f"{workers} workers cannot be had: choose 1 to 256.")
    try:
        return msgspec.convert(fields, EncodeSettings)
    except msgspec.ValidationError as error:
        raise SettingsInvalid(f"The title cannot be made like this: {error}.") from error


def slug(name: str) -> str:
    """A title id: the name's ASCII letters and digits, joined by dashes; empty if it has none."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:64].strip("-")
