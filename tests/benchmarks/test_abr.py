from benchmarks.abr import clause
from benchmarks.qoe.verdict import Clause


def test_a_verdict_of_the_contest_reads_the_same_in_the_table() -> None:
    quality = clause(Clause(text="vod: linear QoE over the optimum's", ours=0.91, bar=0.92, holds=False))
    waiting = clause(Clause(text="vod: rebuffering %", ours=0.4, bar=0.5, holds=True))
    assert (quality.sign, quality.holds, quality.number) == ("≥", False, 1)
    assert (waiting.sign, waiting.holds, waiting.is_timed) == ("≤", True, False)
