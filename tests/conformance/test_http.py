"""HTTP as REDbot judges it: an independent checker of status, caching, validators and ranges, against live appliances.

REDbot is `pip install redbot`, by one of the editors of HTTP: https://github.com/mnot/redbot.
"""

import asyncio
import json
import shutil
from asyncio.subprocess import PIPE
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.engines.conftest import missing
from tests.support.edge import Issuer, appliance, isp_settings, origin_settings
from tests.support.titles import write_title

pytestmark = pytest.mark.engines

TOOLS = Path(__file__).parents[2] / ".tools" / "redbot" / "bin"
DEADLINE_S = 60
MEDIA = {"CL_CORRECT", "DATE_CORRECT", "RANGE_CORRECT", "INM_304"}
ANY = {"CL_CORRECT", "DATE_CORRECT"}
TAKEN_EXCEPTION_TO = {
    # It knows MP4 by a first box `ftyp` (WHATWG, MIME Sniffing, section 6.2.1). Only init segments have one; and the
    # segments here are random bytes.
    "CONTENT_TYPE_MISMATCH",
}


class Case(NamedTuple):
    path: str
    """Of the media token, `{token}`."""
    status: int
    praise: set[str]
    """Notes that there must be."""


CASES = (
    Case("/t/{token}/titles/heat/video/v1/1.m4s", 200, MEDIA),
    Case("/t/{token}/titles/heat/manifest.mpd", 200, MEDIA),
    Case("/t/{token}/titles/heat/title.json", 200, MEDIA),
    Case("/v1/titles/heat/segments?token={token}&representation=v1", 200, MEDIA),
    Case("/v1/titles/heat/segments?token={token}&representation=v1&range=100-5000", 206, ANY),
    Case("/t/{token}/titles/heat/absent", 404, ANY),
    Case("/t/garbage/titles/heat/manifest.mpd", 401, ANY),
    Case("/v1/status", 200, ANY),
    Case("/healthz", 200, ANY),
)


@pytest.fixture
def redbot() -> str:
    """The program."""
    found = shutil.which("redbot", path=str(TOOLS)) or shutil.which("redbot")
    if found is None:
        missing("REDbot is not installed: python -m venv .tools/redbot; .tools/redbot/bin/pip install redbot")
    return str(found)


async def judged(url: str, *, by: str) -> tuple[int, dict[str, str]]:
    """The status, and the level of every note."""
    running = await asyncio.create_subprocess_exec(by, "-o", "har", url, stdout=PIPE)
    async with asyncio.timeout(DEADLINE_S):
        said, _ = await running.communicate()
    entry: dict[str, Any] = json.loads(said)["log"]["entries"][0]
    notes = {note["note_id"]: note["level"] for note in entry["_red_messages"]}
    return entry["response"]["status"], notes


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.path.partition("}")[2] or case.path)
async def test_redbot_finds_no_fault(tmp_path: Path, redbot: str, case: Case) -> None:
    issuer = Issuer(tmp_path)
    write_title(tmp_path / "media", "heat")
    async with (
        appliance(origin_settings(tmp_path / "media", issuer)) as origin,
        appliance(isp_settings(tmp_path / "isp", issuer, parent=origin)) as isp,
    ):
        for url in (origin, isp):
            status, notes = await judged(url + case.path.format(token=issuer.media_token("heat")), by=redbot)
            assert status == case.status
            faults = {note for note, level in notes.items() if level in ("WARN", "BAD")}
            assert faults <= TAKEN_EXCEPTION_TO
            assert case.praise <= notes.keys()
