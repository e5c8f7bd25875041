"""A token in a file: read at each use, so that it can be renewed in place."""

from pathlib import Path

from matinee.errors import SettingsInvalid


def read_token(path: Path) -> str:
    """The token in the file. Raises SettingsInvalid, which never holds it."""
    try:
        token = path.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsInvalid(f"The token file {path.name} cannot be read.", path=str(path)) from error
    if not token:
        raise SettingsInvalid(f"The token file {path.name} is empty.", path=str(path))
    return token
