"""The live console as lines of text: a pure function of the outlook, the size of the terminal and the time."""

from matinee_backend.services.telemetry.observe import Outlook
from matinee_backend.services.telemetry.quality import Line

_RESET, _BOLD, _DIM, _RED, _YELLOW, _GREEN = "\x1b[0m", "\x1b[1m", "\x1b[2m", "\x1b[31m", "\x1b[33m", "\x1b[32m"
_BAR = 12
_LEAST_NAME, _MOST_NAME = 12, 28
_HEADS = ("starts", "startup", "watched", "bitrate", "stalls", "stalled", "failover", "errors")
_WIDTHS = (7, 8, 8, 10, 7, 8, 9, 7)
"""All of them, errors too, stand on a terminal of 80 columns; the name and the bar take what is left."""
BAD_STALL_PERMILLE, POOR_STALL_PERMILLE = 20, 5


def lines(outlook: Outlook, *, width: int, height: int, is_colored: bool) -> list[str]:
    """At most `height` lines of at most `width` columns."""
    board = outlook.board
    name_columns = max(_LEAST_NAME, min(_MOST_NAME, width - sum(_WIDTHS)))
    tables = (("title", board.titles), ("network", board.sites), ("appliance", board.appliances))
    rows_left = max(len(tables), height - 4 - 2 * len(tables))
    shown = [*_heading(outlook), ""]
    for place, (name, table) in enumerate(tables):
        share = max(1, rows_left // (len(tables) - place))
        rows = table[:share]
        rows_left -= max(1, len(rows))
        most_ms = max((it.watched_ms for it in rows), default=0)
        shown.append(f"{_BOLD}{_row(name, _HEADS, name_columns)}{_RESET}")
        told = [_line(it, most_ms=most_ms, outlook=outlook, name_columns=name_columns) for it in rows]
        shown += told or [f"{_DIM}nothing yet{_RESET}"]
        shown.append("")
    return [_cut(it, width=width, is_colored=is_colored) for it in shown[:height]]


def _heading(outlook: Outlook) -> list[str]:
    total, storm = outlook.board.total, outlook.storm
    span = f"the last {outlook.board.span_ms // 60_000} minutes"
    late = f"  {_YELLOW}still reading the log{_RESET}" if outlook.behind else ""
    cells = [f"{head} {cell.strip()}" for head, cell in zip(_HEADS, _cells(total), strict=True)]
    weather = (
        f"{_RED}{_BOLD}retry storm: {storm.failures} of {storm.tries} tries fail, usual are {storm.usual_tries}{_RESET}"
        if storm.is_on
        else f"{_GREEN}no storm{_RESET}"
    )
    return [f"{_BOLD}matinee top{_RESET}  {span}  {weather}{late}", "  ".join(cells)]


def _line(it: Line, *, most_ms: int, outlook: Outlook, name_columns: int) -> str:
    filled = _BAR * it.watched_ms // most_ms if most_ms else 0
    bar = f"{_DIM}{'▇' * filled}{' ' * (_BAR - filled)}{_RESET}"
    unwell = outlook.unwell_permille.get(it.name, 0)
    note = f"  {_RED}players: {unwell / 10:.0f} % in trouble{_RESET}" if unwell else ""
    return f"{_color(it)}{_row(it.name, _cells(it), name_columns)}{_RESET}  {bar}{note}"


def _color(it: Line) -> str:
    if it.errors or it.stall_permille >= BAD_STALL_PERMILLE:
        return _RED
    return _YELLOW if it.failovers or it.stall_permille >= POOR_STALL_PERMILLE else ""


def _row(name: str, cells: tuple[str, ...], name_columns: int) -> str:
    short = name if len(name) <= name_columns else name[: name_columns - 1] + "…"
    return short.ljust(name_columns) + "".join(cell.rjust(width) for cell, width in zip(cells, _WIDTHS, strict=True))


def _cells(it: Line) -> tuple[str, ...]:
    return (
        str(it.starts),
        f"{it.startup_ms} ms" if it.startup_ms else "–",
        f"{it.watched_ms / 60_000:.1f} m",
        f"{it.bitrate_kbps / 1000:.1f} Mb/s" if it.bitrate_kbps else "–",
        str(it.stalls),
        f"{it.stall_permille / 10:.1f} %",
        str(it.failovers),
        str(it.errors),
    )


def _cut(text: str, *, width: int, is_colored: bool) -> str:
    """Escape sequences take no column."""
    shown, columns, place = "", 0, 0
    while place < len(text):
        if text[place] == "\x1b":
            end = text.index("m", place) + 1
            shown += text[place:end] if is_colored else ""
            place = end
            continue
        if columns < width:
            shown += text[place]
        columns, place = columns + 1, place + 1
    return shown
