"""A plan file: several regions in TOML, read with the line of every mistake."""

import difflib
import re
import tomllib
from collections.abc import Mapping

from matinee.errors import SettingsInvalid
from matinee_edge.planning.inputs import INPUTS_BY_KEY, Given

MOST_BYTES = 1 << 20
MOST_REGIONS = 100

_REGIONS = "regions"
_HEADER = re.compile(r"\s*\[\s*(.+?)\s*\]\s*(?:#.*)?")


def regions_in(text: str, *, name: str) -> dict[str, dict[str, Given]]:
    """Each region's figures by key, those at the top of the file included; `name` is the file's, for mistakes.

    Raises: SettingsInvalid, with the line and what to write instead.
    """
    if len(text) > MOST_BYTES:
        raise SettingsInvalid(f"{name} is longer than {MOST_BYTES} characters.")
    try:
        document = tomllib.loads(text, parse_float=str)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise SettingsInvalid(f"{name} is no TOML: {error}.") from error
    regions = document.pop(_REGIONS, None)
    if not isinstance(regions, dict) or not regions:
        raise SettingsInvalid(f"{name} names no region. Write a table [regions.NAME] for each.")
    if len(regions) > MOST_REGIONS:
        raise SettingsInvalid(f"{name} names {len(regions)} regions; {MOST_REGIONS} at most.")
    lines = _Lines(text, name=name)
    for_all = _figures(document, table="", lines=lines)
    return {region: for_all | _region(region, of, lines=lines) for region, of in regions.items()}


def _region(region: str, figures: object, *, lines: "_Lines") -> dict[str, Given]:
    table = f"{_REGIONS}.{region}"
    if not isinstance(figures, dict):
        raise SettingsInvalid(f"{lines.where(_REGIONS, region)} is no table. Write [{table}] above its figures.")
    return _figures(figures, table=table, lines=lines)


def _figures(figures: Mapping[str, object], *, table: str, lines: "_Lines") -> dict[str, Given]:
    return {key: _figure(key, value, where=lines.where(table, key)) for key, value in figures.items()}


def _figure(key: str, value: object, *, where: str) -> Given:
    if key not in INPUTS_BY_KEY:
        near = difflib.get_close_matches(key, INPUTS_BY_KEY, n=1)
        hint = f"Did you mean {near[0]}?" if near else f"There are: {', '.join(INPUTS_BY_KEY)}."
        raise SettingsInvalid(f"{where} is no figure of a region. {hint}")
    texts = value if isinstance(value, list) else [value]
    # A TOML float comes as its text, so that 0.1 stays 0.1; a bool is an int to Python, but no figure.
    if not texts or any(isinstance(it, bool) or not isinstance(it, int | str) for it in texts):
        raise SettingsInvalid(f"{where} takes a number, or a text with a unit such as '2 TB'.")
    return Given(",".join(map(str, texts)), where)


class _Lines:
    """Where a key stands: `tomllib` does not tell."""

    def __init__(self, text: str, *, name: str) -> None:
        self._lines = text.splitlines()
        self._name = name

    def where(self, table: str, key: str) -> str:
        """`plan.toml, line 7: shelf_tb`; the first line that speaks of the key if it stands in no plain table."""
        spoken = [number for number, line in enumerate(self._lines, 1) if key in line]
        plain = [number for number in spoken if self._says(number, key) and self._table_above(number) == table]
        return f"{self._name}, line {(plain or spoken or [1])[0]}: {key}"

    def _says(self, number: int, key: str) -> bool:
        name = self._lines[number - 1].partition("=")[0].strip()
        return _bare(name) == key

    def _table_above(self, number: int) -> str:
        headers = (_HEADER.fullmatch(line) for line in reversed(self._lines[:number]))
        return next((_bare(found[1]) for found in headers if found), "")


def _bare(name: str) -> str:
    """A dotted name without quotes and blanks."""
    return re.sub(r"[\"'\s]", "", name)
