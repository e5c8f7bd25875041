"""Temper: how foresight weighs what it foresees, by how much can be buffered.

All numbers here and in `matinee.policy.experience` were tuned together, on the `tune` half of the traces of
`benchmarks.qoe` alone, for the mean of linear and logarithmic quality.
"""

from typing import NamedTuple


class Temper(NamedTuple):
    """Prices are in utilities of the top rung, for a segment."""

    linearity: float
    """0 values a rung by the logarithm of its bitrate; the more, the nearer to the bitrate itself."""
    step_price: float
    """Of a step in utility, to the next segment."""
    later_step_price: float
    """The same from there to what can be kept up."""
    stall_price: float
    """Of a second."""
    later_segments: float
    """How many count after the next one, where the title does not end before."""
    reserve_share: float
    """Of the full buffer: never spent on a higher rung."""
    low_share: float
    """Of the full buffer: with less than that, it is low."""
    low_price: float
    """Of an empty buffer; falls with the square to nothing where it is not low any more."""
    leaving_price: float
    """Of leaving a request in flight."""
    grace_ms: float
    """No request is judged sooner."""
    due_share: float
    """Of the buffer, that what is left of a request may take, at its own rate, without being judged."""
    caution: float
    """Of every forecast."""
    rising_share: float
    """Of a rise of the rate, how much is believed to last; of a fall, nothing is."""
    prior_spread: float
    """How far off forecasts are thought to be before any was seen to be, as a share of the lower of two rates..."""
    prior_samples: float
    """...and how many samples weigh as much as that belief."""
    low_spreads: float
    """How far the low future lies below the one that is as forecast."""
    low_weight: float
    """Of the low future, against 1 for the other."""


DEEP = Temper(
    linearity=0.215,
    step_price=1.67,
    later_step_price=2.12,
    stall_price=5.99,
    later_segments=37.1,
    reserve_share=0.0135,
    low_share=0.647,
    low_price=3.64,
    leaving_price=0.0067,
    grace_ms=567.0,
    due_share=1.23,
    caution=0.969,
    rising_share=0.812,
    prior_spread=0.326,
    prior_samples=9.06,
    low_spreads=2.3,
    low_weight=0.659,
)
"""Of a title on demand: there is time to wait and see."""
SHALLOW = Temper(
    linearity=0.179,
    step_price=0.53,
    later_step_price=0.937,
    stall_price=5.82,
    later_segments=56.6,
    reserve_share=0.247,
    low_share=0.565,
    low_price=4.99,
    leaving_price=0.14,
    grace_ms=489.0,
    due_share=0.536,
    caution=1.06,
    rising_share=0.999,
    prior_spread=0.0594,
    prior_samples=2.73,
    low_spreads=1.72,
    low_weight=1.09,
)
"""Close to the live edge: the next seconds are all there is."""
DEEP_MS = 20_000


def temper_for(*, full_ms: int) -> Temper:
    """`full_ms` is as much as is ever buffered."""
    return DEEP if full_ms >= DEEP_MS else SHALLOW
