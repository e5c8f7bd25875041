"""An explanation: the ranking of a session in words, and as a table. It decides nothing, but reads `rank`."""

from collections.abc import Sequence

import msgspec

from matinee_backend.services.steering.atlas import Nearness, Standing
from matinee_backend.services.steering.ranking import Asked, Ranking, Verdict
from matinee_backend.services.steering.room import WHOLE
from matinee_backend.services.steering.subnets import Reach

NEARNESS: dict[Nearness, str] = {
    "home": "no site is nearer",
    "cluster": "helps the client's site out",
    "covering": "announces a shorter prefix around the client",
    "region": "exchange of the client's region",
    "elsewhere": "exchange of another region",
    "origin": "origin: nobody else can serve",
    "commercial": "for money",
}
VERDICTS: dict[Verdict, str] = {
    "takes": "has room",
    "stays": "the session is there and stays",
    "full": "fills up: takes nobody new",
    "moves": "moves a share away, this session among it",
    "slow": "served this client slowly",
    "unwell": "too many errors, or too late",
    "late": "heartbeats missed",
    "lacks": "does not hold the title",
    "drains": "drains",
    "silent": "silent",
    "far": "enough others are as near",
}


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One appliance, and why it stands where it does."""

    name: str
    site: str
    nearness: str
    why: str
    full_permille: int
    """How full it said it was."""
    expected_permille: int
    """With those who were sent there since."""
    keeps_permille: int
    """The share of its sessions that it keeps."""
    error_permille: int
    heard_before_ms: int


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    client: str
    title_id: str
    session_id: str
    announced_by: tuple[tuple[str, ...], ...]
    """The sites whose announcements cover the client, by prefix, the longest first."""
    places: tuple[Step, ...]
    """Best first."""
    left_out: tuple[Step, ...]


def explained(ranking: Ranking, asked: Asked, *, address: str, groups: Reach, wall_ms: int) -> Explanation:
    """The same ranking, in words."""
    return Explanation(
        client=address,
        title_id=asked.title_id,
        session_id=asked.session_id,
        announced_by=groups,
        places=tuple(_step(it.name, it.nearness, it.verdict, it.standing, wall_ms=wall_ms) for it in ranking.places),
        left_out=tuple(
            _step(it.heard.appliance, nearness, verdict, it, wall_ms=wall_ms)
            for nearness, verdict, it in ranking.left_out
        ),
    )


def table(explanation: Explanation) -> str:
    """For a terminal."""
    around = "; ".join(", ".join(sites) for sites in explanation.announced_by) or "nobody"
    heading: tuple[str, ...] = ("", "appliance", "site", "full", "expected", "keeps", "errors", "heard", "near", "why")
    rows = [heading]
    rows += [_row(str(number), it) for number, it in enumerate(explanation.places, start=1)]
    rows += [_row("–", it) for it in explanation.left_out]
    widths = [max(len(row[column]) for row in rows) for column in range(len(heading))]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows)
    first = f"{explanation.title_id} for {explanation.client}, announced by {around}"
    return "\n".join((first, *lines, *(() if explanation.places else ("Nobody can serve it.",))))


def _step(name: str, nearness: Nearness, verdict: Verdict, it: Standing | None, *, wall_ms: int) -> Step:
    return Step(
        name=name,
        site=it.site if it else "",
        nearness=NEARNESS[nearness],
        why=VERDICTS[verdict],
        full_permille=it.room.full_ppm // 1000 if it else 0,
        expected_permille=it.room.expected_ppm // 1000 if it else 0,
        keeps_permille=it.room.keeps * 1000 // WHOLE if it else 1000,
        error_permille=it.heard.used.error_permille if it else 0,
        heard_before_ms=wall_ms - it.heard.heard_wall_ms if it else 0,
    )


def _row(number: str, it: Step) -> tuple[str, ...]:
    shares = (it.full_permille, it.expected_permille, it.keeps_permille, it.error_permille)
    measured: Sequence[str] = [f"{share / 10:.1f} %" for share in shares] if it.site else [""] * len(shares)
    heard = f"{it.heard_before_ms / 1000:.1f} s" if it.site else ""
    return (number, it.name, it.site, *measured, heard, it.nearness, it.why)
