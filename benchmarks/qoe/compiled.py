"""Compiled: what takes too long in plain Python, and only in this benchmark, goes through numba."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

from numba import njit

P = ParamSpec("P")
R = TypeVar("R")


def jit(function: Callable[P, R]) -> Callable[P, R]:
    """The same function, compiled at its first call and kept on disk."""
    return cast(Callable[P, R], njit(cache=True)(function))
