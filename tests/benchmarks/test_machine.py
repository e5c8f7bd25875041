import os
from pathlib import Path

from benchmarks.machine import Watch

HZ = os.sysconf("SC_CLK_TCK")


def test_what_others_took_of_all_cores_is_told(tmp_path: Path) -> None:
    stat = tmp_path / "stat"
    stat.write_text("cpu  0 0 0 0 0 0 0 0 0 0\ncpu0 …\n")
    watch = Watch(tmp_path)
    stat.write_text(f"cpu  {2_000 * HZ} 0 500 {7_500 * HZ} 0 0 0 {500 * HZ} 0 0\ncpu0 …\n")
    machine = watch.machine()
    assert machine.others_percent == 25
    assert machine.is_busy


def test_an_idle_machine_is_not_busy(tmp_path: Path) -> None:
    stat = tmp_path / "stat"
    stat.write_text("cpu  0 0 0 0 0 0 0 0 0 0\n")
    watch = Watch(tmp_path)
    stat.write_text(f"cpu  0 0 0 {1_000 * HZ} 0 0 0 0 0 0\n")
    assert not watch.machine().is_busy


def test_a_system_that_does_not_tell_is_said_to_be_so(tmp_path: Path) -> None:
    machine = Watch(tmp_path).machine()
    assert machine.others_percent == -1
    assert not machine.is_busy
    assert machine.cores >= 1


def test_the_processor_is_named(tmp_path: Path) -> None:
    (tmp_path / "cpuinfo").write_text("processor : 0\nmodel name\t: A Fast One\n")
    assert Watch(tmp_path).machine().processor == "A Fast One"
