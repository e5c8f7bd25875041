"""How many colours a terminal has (pure; loads nothing of Textual)."""

from collections.abc import Mapping
from typing import Literal

Depth = Literal["truecolor", "256"]


def depth_of(environment: Mapping[str, str]) -> Depth:
    """True colour where the terminal says so: https://github.com/termstandard/colors."""
    says = environment.get("COLORTERM", "").strip().lower()
    return "truecolor" if says in ("truecolor", "24bit") or "direct" in environment.get("TERM", "") else "256"
