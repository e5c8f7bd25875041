"""An appliance of the real system dies."""

import re

from tests.support.stories import told_by
from tests.support.system import House


async def test_the_next_appliance_goes_on_without_a_stall(house: House) -> None:
    told = await told_by("survive_an_outage", str(house.state.root))
    await house.wait_well()
    assert (told.status, told.complaint) == (0, "")
    begun, killed, *failed, ending = told.lines
    used = begun.rpartition(" ")[2].rstrip(".")
    assert re.fullmatch(r"The picture moves after \d+ ms, from isp-[ab]\.", begun)
    assert killed == f"{used} was killed."
    assert failed
    assert all(line.startswith(f"{used} failed (") for line in failed)
    assert ending.startswith("Played to the end: True. Stalls: 0. Delivered by: ")
