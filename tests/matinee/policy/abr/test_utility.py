"""What a rung is worth."""

from math import log

import pytest

from matinee.policy.abr.utility import log_utilities


def test_utility_is_the_logarithm_of_the_bitrate() -> None:
    ladder = (235, 375, 560, 1_750, 5_800)
    assert log_utilities(ladder) == pytest.approx([log(kbps / 235) for kbps in ladder], abs=1e-6)
