from benchmarks.dead_appliance import dead_appliance


def test_all_sessions_together_probe_a_dead_appliance_once_in_a_cool_down() -> None:
    death = dead_appliance(sessions=60)
    assert death.under_way > 0
    assert [probe_ms // 1000 for probe_ms in death.probes_ms] == [60, 180, 420]
    assert death.gap_least_percent >= 100
    assert death.back_ms <= death.cooldown_ms
