"""What bitrate policies are shown in tests."""

from matinee.policy.abr.decision import AbrState
from matinee.policy.throughput import Link, Sample, averages_kbps, with_sample

LADDER = (235, 750, 1_750, 3_000, 5_800)


def link(*rates_kbps: int, first_byte_ms: int = 0) -> Link:
    """A link that has shown these rates, for four seconds each."""
    known = Link()
    for kbps in rates_kbps:
        size_bytes = kbps * 4_000 // 8
        sample = Sample(size_bytes=size_bytes, elapsed_ms=4_000 + first_byte_ms, first_byte_ms=first_byte_ms)
        known = with_sample(known, sample)
    return known


def state(
    *rates_kbps: int,
    buffer_ms: int = 20_000,
    rung: int = 2,
    ladder: tuple[int, ...] = LADDER,
    full_ms: int = 60_000,
    left: int = 0,
    memo: tuple[int, ...] = (),
) -> AbrState:
    """A title of 4 s segments over a link that has shown these rates."""
    known = link(*rates_kbps)
    return AbrState(
        ladder=ladder,
        sizes_bytes=(tuple(kbps * 500 for kbps in ladder),),
        segment_ms=4_000,
        segments_left=left,
        buffer_ms=buffer_ms,
        buffer_full_ms=full_ms,
        rung=rung,
        link=known,
        throughput_kbps=averages_kbps(known) if rates_kbps else 1_000,
        memo=memo,
    )
