import pytest

from benchmarks.qoe.network import Download, Network, Period


def link(*periods: tuple[float, float, float]) -> Network:
    return Network([Period(duration_ms=ms, bandwidth_kbps=kbps, latency_ms=latency) for ms, kbps, latency in periods])


def test_the_latency_passes_before_the_first_bit() -> None:
    done = link((10_000, 1000, 80)).download(100_000, index=0, quality=0, buffer_ms=0)
    assert (done.time_to_first_bit, done.time) == (80, 180)


def test_a_latency_that_outlasts_its_period_goes_on_at_the_next_ones_pace() -> None:
    done = link((50, 1000, 100), (10_000, 1000, 20)).download(1000, index=0, quality=0, buffer_ms=0)
    assert done.time_to_first_bit == 50 + 10


def test_a_download_goes_on_through_an_outage() -> None:
    done = link((100, 1000, 0), (5000, 0, 0), (10_000, 500, 0)).download(150_000, index=0, quality=0, buffer_ms=0)
    assert done.time == 100 + 5000 + 100


def test_a_trace_is_played_round_and_round() -> None:
    network = link((100, 1000, 0), (100, 500, 0))
    network.wait(250)
    assert network.download(50_000, index=0, quality=0, buffer_ms=0).time == 50
    assert network.download(50_000, index=0, quality=0, buffer_ms=0).time == 100


def test_a_download_under_way_is_looked_at_every_50_ms_and_12_kbit() -> None:
    looks: list[tuple[float, float, float]] = []

    def look(progress: Download, buffer_ms: float) -> None:
        looks.append((progress.time, progress.downloaded, buffer_ms))

    link((10_000, 100, 20), (10_000, 1000, 0)).download(40_000, index=0, quality=0, buffer_ms=200, check_abandon=look)
    assert looks == [(140, 12_000, 60), (260, 24_000, 0), (380, 36_000, 0)]


def test_an_abandoned_download_tells_what_came_of_it() -> None:
    done = link((10_000, 1000, 0)).download(
        900_000, index=3, quality=2, buffer_ms=0, check_abandon=lambda progress, _: 1 if progress.time > 190 else None
    )
    assert (done.index, done.quality, done.abandon_to_quality, done.downloaded) == (3, 2, 1, 200_000)


def test_watching_a_download_does_not_change_how_long_it_takes() -> None:
    alone = link((700, 900, 30), (300, 0, 30)).download(3e6, index=0, quality=0, buffer_ms=0)
    watched = link((700, 900, 30), (300, 0, 30)).download(
        3e6, index=0, quality=0, buffer_ms=0, check_abandon=lambda _, __: None
    )
    assert watched.time == pytest.approx(alone.time)
