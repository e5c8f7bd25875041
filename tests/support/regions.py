"""Regions to plan for: the roll-out of the issue, and whatever a test varies of it."""

from matinee_edge.planning.inputs import Given, region_of
from matinee_edge.planning.region import Region

ROLL_OUT = {"subscribers": "2e6", "concurrency": "0.1", "mbps": "5"}
"""200,000 streams, 1 Tb/s."""


def given(**figures: str) -> dict[str, Given]:
    """The figures as from a command line, those of the roll-out where not named."""
    return {key: Given(text, f"--{key.replace('_', '-')}") for key, text in (ROLL_OUT | figures).items()}


def region(**figures: str) -> Region:
    """The region of those figures."""
    return region_of(given(**figures), name="test")
