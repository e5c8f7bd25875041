"""How any service says no: `application/problem+json` (RFC 9457)."""

from collections.abc import Sequence
from typing import cast

import msgspec

from matinee.errors import ERRORS_BY_CODE, ComeBackLater, MatineeError, ServiceUnavailable

CONTENT_TYPE = "application/problem+json"
TYPE_PREFIX = "urn:matinee:problem:"


class Problem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    type: str
    """`urn:matinee:problem:` and the code of the error. Stable: clients decide by it."""
    title: str
    """What to do next, for a person."""
    status: int
    detail: str = ""
    """What happened this time, without secrets."""
    retry_after_ms: int | None = None
    """The server's wish in milliseconds, a floor; finer than the `Retry-After` header beside it."""
    facts: dict[str, str | int | float | bool | list[str] | None] = {}
    """The error's fields."""


def problem_of(error: MatineeError, *, status: int) -> Problem:
    """The document that says `error`."""
    wait_ms = error.facts.get("retry_after_ms")
    facts = {name: _plain(fact) for name, fact in error.facts.items() if name != "retry_after_ms"}
    return Problem(
        type=TYPE_PREFIX + error.code,
        title=error.what_to_do,
        status=status,
        detail=error.what,
        retry_after_ms=wait_ms if isinstance(wait_ms, int) else None,
        facts=facts,
    )


def error_of(problem: Problem) -> MatineeError:
    """The error that `problem` says; `ServiceUnavailable` for a type that nobody here knows."""
    leaf = ERRORS_BY_CODE.get(problem.type.removeprefix(TYPE_PREFIX), ServiceUnavailable)
    what = problem.detail or problem.title
    facts = {name: fact for name, fact in problem.facts.items() if name not in ("retry_after_ms", "status")}
    if issubclass(leaf, ComeBackLater):
        return leaf(what, retry_after_ms=problem.retry_after_ms, status=problem.status, **facts)
    return leaf(what, **facts)


def _plain(fact: object) -> str | int | float | bool | list[str] | None:
    if fact is None or isinstance(fact, str | int | float | bool):
        return fact
    if isinstance(fact, list | tuple):
        return [str(item) for item in cast("Sequence[object]", fact)]
    return str(fact)
