"""How fills come on, looked at from outside."""

from pathlib import Path

from matinee_edge.fill.progress import FillProgress, TitleProgress
from matinee_local.filling import Filling, fill_table, fillings
from tests.support.edge import Issuer, appliance, isp_settings, origin_settings


def test_the_table_says_it_in_units_for_people() -> None:
    title = TitleProgress(title_id="heat", files=9, files_left=3, bytes_left=12_000_000_000, is_urgent=False)
    busy = FillProgress(
        state="filling",
        opens_wall_ms=1_767_664_800_000,
        closes_wall_ms=1_767_679_200_000,
        bytes_left=12_000_000_000,
        kbps=800_000,
        left_ms=120_000,
        bytes_by_source={"exchange": 25, "isp-b": 75},
        failing=("isp-c",),
        titles=(title,),
    )
    idle = FillProgress(closes_wall_ms=1 << 53)
    lines = fill_table([Filling(name="isp-a", fill=busy), Filling(name="isp-b", fill=idle)]).splitlines()
    assert "filling (isp-c)  1            12.0 GB  800.0 Mb/s  2 min" in lines[1]
    assert lines[1].endswith("02:00–06:00   isp-b 75 %, exchange 25 %")
    assert lines[2].split() == ["isp-b", "whole", "0", "0.0", "GB", "always"]


async def test_appliances_that_fill_say_how_and_others_are_left_out(tmp_path: Path) -> None:
    issuer = Issuer(tmp_path)
    async with (
        appliance(origin_settings(tmp_path / "media", issuer)) as origin,
        appliance(isp_settings(tmp_path / "isp", issuer, parent=origin)) as isp,
    ):
        told = await fillings([origin, isp, "http://127.0.0.1:1"])
    assert [it.name for it in told] == ["isp-a"]
    assert told[0].fill is not None
    assert told[0].fill.state == "whole"
