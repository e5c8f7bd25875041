from benchmarks.qoe.pace import decision_us
from tests.support.qoe import case, title


def test_a_decision_takes_some_time() -> None:
    assert decision_us(case(manifest=title(segments=6))) > 0
