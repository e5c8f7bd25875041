"""Bar 6 of the appliance: `kill -9` at a hundred random moments of fill and serve.

`python -m benchmarks edge-kill`. A real `matinee_edge` process, real clients who compare every answer with its hash,
titles made anew in between; after each kill the shelf is opened as a start would, and its books compared with its disk.
"""

import asyncio
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.bars import Clause, Measured, at_least, at_most
from tests.support.kills import Casualties, killed

KILLS, SMOKE_KILLS = 100, 3
SEED = 6


def measured(*, is_smoke: bool) -> Measured:
    """All kills, and what they came to."""
    kills = SMOKE_KILLS if is_smoke else KILLS
    with TemporaryDirectory() as folder:
        found = asyncio.run(killed(Path(folder), kills=kills, seed=SEED))
    print(
        f"{found.kills} kills, {found.kills_amid} with files still on their way; {found.verified} answers verified, "
        f"{found.cut_short} cut short, {len(found.wrong)} wrong; {len(found.disagreements)} disagreements"
    )
    return Measured(clauses(found, kills=kills), asdict(found))


def clauses(found: Casualties, *, kills: int) -> list[Clause]:
    """Nothing wrong, nothing in disagreement, and enough kills to say so."""
    return [
        at_least("moments at which it was killed", found.kills, bar=kills),
        at_most("answers of wrong bytes", len(found.wrong), bar=0, peers=f"of {found.verified} verified"),
        at_most("disagreements of inventory and disk after a restart", len(found.disagreements), bar=0),
    ]
