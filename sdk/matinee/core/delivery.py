"""Delivery: every request of a session, from the first appliance asked to the answer, by way of fail-over and waits.

A request that fails goes to the next appliance at once. One that is silent, or too slow, is asked of a second
appliance before the buffer is in danger; the first whole answer wins. When all have failed, it waits by the one retry
policy, and of all that wait in a session one goes ahead: what it learns is true for the others.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from matinee.core.flow import Flow
from matinee.core.health import ApplianceHealth
from matinee.core.hedges import Hedges
from matinee.core.lull import Lull
from matinee.core.messages import Announce, Cancel, Command, Fetch, ManifestTarget, ProgressMade, SegmentTarget, Target
from matinee.core.notices import FailedOver
from matinee.manifest.presentation import TrackKind
from matinee.policy.chunks import LATELY_MS, LATEST_MS, Pace
from matinee.policy.failover import is_passing, is_unwelcome, silence_limit_ms
from matinee.policy.hedging import is_late
from matinee.policy.requests import RULES, media_urgency
from matinee.policy.settings import PlayerSettings

USUAL_MS = 333
"""How long a first byte takes, before one was seen."""
MOST_REMEMBERED = 128
"""So many of the last segments may yet turn out to be corrupt: more than are buffered."""


class Arrival(NamedTuple):
    """What came, from where, and what is to be done about whoever else was asked for it."""

    target: Target
    appliance: str
    commands: list[Command]
    first_byte_ms: int = 0
    """From sending until the first byte; 0 if nobody saw it."""


class Making(NamedTuple):
    """How an answer comes that is sent while it is made."""

    until_ms: int
    """When it is whole at the earliest."""
    gap_ms: int
    """How long nothing comes, again and again, without any fault."""


AT_ONCE = Making(0, 0)
"""Answers that were made before they were asked for."""


class Flight(NamedTuple):
    """A segment on its way from one appliance."""

    target: SegmentTarget
    received_bytes: int
    size_bytes: int
    """0 while nobody knows."""
    elapsed_ms: int
    first_byte_ms: int
    making: Making
    lately: Pace
    """Of the last `LATELY_MS`; nothing of an answer that does not come in chunks."""
    latest: Pace
    """Of the last `LATEST_MS`."""


@dataclass
class _Attempt:
    """A request put to one appliance."""

    request_id: int
    appliance: str
    sent_ms: int
    heard_ms: int
    """When it was sent or last brought bytes."""
    first_byte_ms: int = 0
    """From sending until the first byte; 0 before."""
    received_bytes: int = 0
    size_bytes: int = 0
    flow: Flow = field(default_factory=Flow)
    stake_bytes: int = 0
    """What it may cost on top, being the second; 0 for a first."""


@dataclass
class _Request:
    target: Target
    since_ms: int
    """When it was first wanted."""
    making: Making = AT_ONCE
    attempts: list[_Attempt] = field(default_factory=list[_Attempt])
    """Under way, oldest first; none while it waits for its next round."""
    tried: set[str] = field(default_factory=set[str])
    """Who failed in this round."""
    reasons: set[str] = field(default_factory=set[str])
    """Of this round's failures."""
    refused_by: set[str] = field(default_factory=set[str])
    """Whose last word was a plain no."""
    broken_by: frozenset[str] = frozenset()
    """Who delivered it already, and it did not decode."""
    rounds: int = 0
    """In vain so far."""
    retry_at_ms: int = 0


class Delivery:
    """The requests in flight. Each method returns what is to be done about them."""

    def __init__(self, settings: PlayerSettings, health: ApplianceHealth, *, seed: int) -> None:
        self.manifests: tuple[str, ...] = ()
        """Where the manifest is to be had, best first."""
        self.appliances: tuple[str, ...] = ()
        """Where everything else is, best first."""
        self.exhausted: Target | None = None
        """What nobody delivered for `give_up_ms`, or everybody said no to."""
        self.early: Target | None = None
        """What nobody has yet, and is no longer asked for."""
        self.hedges: Hedges = Hedges(settings.failover)
        """What was fetched twice."""
        self._settings = settings
        self._health = health
        self._lull = Lull(settings.retry, seed=seed)
        self.requests: list[_Request] = []
        """Under way or waiting; for this module alone."""
        self._delivered: dict[int, tuple[SegmentTarget, str]] = {}
        """By request, oldest first."""
        self._broken: dict[SegmentTarget, frozenset[str]] = {}
        self._last_id = 0
        self._buffer_ms = 0
        self._usual_ms = USUAL_MS
        self._bases: Mapping[str, str] = {}
        self._unwelcome_until_ms: dict[str, int] = {}
        """Who refused this viewer, and until when others are asked first."""

    def prefer(self, appliances: tuple[str, ...], *, bases: Mapping[str, str] | None = None) -> None:
        """These and no others from now on, in this order and with fresh tokens; what is under way stays where it is.

        `bases`: of each clone among them the place whose media it holds.
        """
        self._bases = bases or {}
        if self._unwelcome_until_ms or not {*self.appliances, *self.manifests}.issuperset(appliances):
            _release(self.requests)
        self._unwelcome_until_ms.clear()
        if self.appliances:
            self.appliances = appliances
        else:
            # Nothing but the manifest was asked for yet.
            self.manifests = appliances

    @property
    def is_stuck(self) -> bool:
        """Whether something has been refused by everybody and waits for another round."""
        return any(not request.attempts for request in self.requests)

    def ask(self, target: Target, *, now_ms: int, making: Making = AT_ONCE) -> list[Command]:
        broken_by = self._broken.get(target, frozenset()) if isinstance(target, SegmentTarget) else frozenset[str]()
        request = _Request(target, since_ms=now_ms, making=making, refused_by={*broken_by}, broken_by=broken_by)
        self.requests.append(request)
        return self._send(request, now_ms)

    def progressed(self, event: ProgressMade, *, now_ms: int) -> None:
        _, attempt = _find(self.requests, event.request_id)
        if attempt is None:
            return
        if attempt.received_bytes == 0:
            attempt.first_byte_ms = max(1, now_ms - attempt.sent_ms)
            self._usual_ms = (3 * self._usual_ms + attempt.first_byte_ms) // 4
        attempt.heard_ms = now_ms
        attempt.received_bytes, attempt.size_bytes = event.received_bytes, event.size_bytes
        attempt.flow.noted(event, now_ms=now_ms)

    def arrived(self, request_id: int, *, size_bytes: int, now_ms: int, position_ms: int) -> Arrival | None:
        """All bytes are here; None if nobody wants them any more."""
        request, winner = _find(self.requests, request_id)
        if request is None or winner is None:
            return None
        self.requests.remove(request)
        commands: list[Command] = []
        for loser in request.attempts:
            if loser is not winner:
                commands += self._beaten(loser, by=winner, now_ms=now_ms, position_ms=position_ms)
        self._health.succeeded(winner.appliance, asked_ms=winner.sent_ms, now_ms=now_ms)
        self.hedges.settled(winner.stake_bytes, cost_bytes=0)
        self.hedges.delivered(size_bytes)
        self._lull.delivered()
        if request.rounds > 0:
            _release(self.requests)
        if isinstance(request.target, SegmentTarget):
            self._delivered[request_id] = request.target, winner.appliance
            _forget_oldest(self._delivered)
        return Arrival(request.target, winner.appliance, commands, winner.first_byte_ms)

    def corrupt(self, request_id: int, *, now_ms: int, position_ms: int) -> Arrival | None:
        """What arrived does not decode: whose it was, and whom that concerns. None if it is forgotten already.

        Asked for again, it is not asked of those who delivered it so.
        """
        target, appliance = self._delivered.pop(request_id, (None, ""))
        if target is None:
            return None
        self._broken[target] = broken_by = self._broken.get(target, frozenset()) | {appliance}
        _forget_oldest(self._broken)
        others = [name for name in self.holders(target) if name not in broken_by]
        to = self._health.first_available(others, now_ms=now_ms)
        commands: list[Command] = []
        if self._health.failed(appliance, now_ms=now_ms) and to is not None:
            commands.append(Announce(FailedOver(position_ms, appliance, to, "corrupt")))
        return Arrival(target, appliance, commands)

    def target_of(self, request_id: int) -> Target | None:
        """What the request is for; None if nobody waits for it."""
        request, _ = _find(self.requests, request_id)
        return request.target if request else None

    def failed(
        self,
        request_id: int,
        reason: str,
        *,
        now_ms: int,
        position_ms: int,
        hint_ms: int = 0,
        is_early: bool = False,
    ) -> list[Command]:
        """Nothing usable came. `is_early`: it may not be there yet, and that is no fault of who was asked."""
        request, attempt = _find(self.requests, request_id)
        if request is None or attempt is None:
            return []
        left = attempt.appliance
        if is_early:
            is_news = False
        elif is_unwelcome(reason):
            # A token that has ended is no fault of the appliance: other sessions go on asking it.
            is_news = left not in self._unwelcome_until_ms
            self._unwelcome_until_ms[left] = now_ms + self._settings.failover.cooldown_first_ms
        else:
            hint_ms = min(hint_ms, self._settings.retry.hint_cap_ms)
            is_news = self._health.failed(left, now_ms=now_ms, hint_ms=hint_ms)
        self.hedges.settled(attempt.stake_bytes, cost_bytes=min(attempt.stake_bytes, attempt.received_bytes))
        request.attempts.remove(attempt)
        request.tried.add(left)
        request.reasons.add(reason)
        (request.refused_by.discard if is_passing(reason) else request.refused_by.add)(left)
        if is_early and not request.attempts and self._next_appliance(request, now_ms) is None:
            self.requests.remove(request)
            self.early = request.target
            return []
        commands = [] if request.attempts else self._send(request, now_ms)
        if is_news and request.attempts:
            commands.append(Announce(FailedOver(position_ms, left, request.attempts[-1].appliance, reason)))
        return commands

    def holders(self, target: Target) -> tuple[str, ...]:
        """Who may be asked for it, best first."""
        if isinstance(target, ManifestTarget):
            return self.manifests
        places = target.of.places
        return tuple(name for name in self.appliances if not places or self._bases.get(name, name) in places)

    def cancel(self, kind: TrackKind | None = None) -> list[Command]:
        """No longer wanted: all requests for media of a kind, or all of all."""
        gone = [request for request in self.requests if kind is None or _kind(request.target) == kind]
        self.requests = [request for request in self.requests if request not in gone]
        attempts = [attempt for request in gone for attempt in request.attempts]
        for attempt in attempts:
            self.hedges.settled(attempt.stake_bytes, cost_bytes=min(attempt.stake_bytes, attempt.received_bytes))
        return [Cancel(attempt.request_id) for attempt in attempts]

    def tick(self, *, now_ms: int, buffer_ms: int, position_ms: int) -> list[Command]:
        """Help the silent and the slow, send those who have waited."""
        self._buffer_ms = buffer_ms
        commands: list[Command] = []
        for request in list(self.requests):
            if request.attempts:
                commands += self._help(request, now_ms, position_ms)
            elif (retry_at_ms := self._retry_at_ms(request)) is not None and retry_at_ms <= now_ms:
                if request.rounds:
                    self._lull.gone_ahead(now_ms=now_ms)
                commands += self._send(request, now_ms)
        return commands

    def wake_at_ms(self, *, now_ms: int, buffer_ms: int) -> int | None:
        """When `tick` has something to do; None while nothing is under way."""
        self._buffer_ms = buffer_ms
        times = [
            self._silent_at_ms(request, now_ms) if request.attempts else self._retry_at_ms(request)
            for request in self.requests
        ]
        return min((it for it in times if it is not None), default=None)

    # Who is asked.

    def _send(self, request: _Request, now_ms: int) -> list[Command]:
        """Ask the best appliance not yet tried in this round, or begin to wait for the next round."""
        appliance = self._next_appliance(request, now_ms)
        if appliance is None:
            self._wait(request, now_ms)
            return []
        self._last_id += 1
        attempt = _Attempt(self._last_id, appliance, sent_ms=now_ms, heard_ms=now_ms)
        if request.attempts:
            attempt.stake_bytes = self.hedges.stake_bytes(request.attempts[0].size_bytes) or 0
            self.hedges.staked(attempt.stake_bytes)
        request.attempts.append(attempt)
        self._health.asked(appliance, now_ms=now_ms)
        is_media = not isinstance(request.target, ManifestTarget)
        urgency = media_urgency(buffer_ms=self._buffer_ms) if is_media else RULES["manifest"].urgency
        return [Fetch(attempt.request_id, request.target, appliance, urgency)]

    def _next_appliance(self, request: _Request, now_ms: int) -> str | None:
        asked = {attempt.appliance for attempt in request.attempts}
        barred = request.tried | request.broken_by | asked
        untried = [name for name in self.holders(request.target) if name not in barred]
        untried = [name for name in untried if self._unwelcome_until_ms.get(name, 0) <= now_ms] or untried
        may_probe = (
            isinstance(request.target, SegmentTarget)
            and not asked
            and self._buffer_ms >= self._settings.failover.probe_buffer_ms
        )
        appliance = self._health.first_available(untried, now_ms=now_ms, may_probe=may_probe)
        if appliance is None and not request.tried and not asked:
            # All sit out, and this request has done nothing to deserve a wait: ask the one that is back first.
            willing = [name for name in untried if self._health.wish_until_ms(name) <= now_ms]
            appliance = min(willing, key=self._health.available_at_ms, default=None)
        return appliance

    # When all have failed.

    def _wait(self, request: _Request, now_ms: int) -> None:
        retry = self._settings.retry
        give_up_ms = retry.give_up_ms if self.appliances else retry.give_up_start_ms
        if now_ms - request.since_ms >= give_up_ms or request.refused_by.issuperset(self.holders(request.target)):
            self.exhausted = request.target
        request.rounds += 1
        wish_until_ms = min((self._health.wish_until_ms(name) for name in self.holders(request.target)), default=0)
        request.retry_at_ms = self._lull.retry_at_ms(
            rounds=request.rounds, reasons=request.reasons, hint_ms=max(0, wish_until_ms - now_ms), now_ms=now_ms
        )
        request.tried.clear()
        request.reasons.clear()

    def _retry_at_ms(self, request: _Request) -> int | None:
        """Of those that wait together one goes ahead; None while it is under way."""
        if request.rounds == 0:
            return 0
        if any(other.rounds and other.attempts for other in self.requests):
            return None
        return max(request.retry_at_ms, self._lull.over_at_ms)

    # When one is silent or slow.

    def _help(self, request: _Request, now_ms: int, position_ms: int) -> list[Command]:
        """Ask a second appliance as well; if two are asked or the budget is spent, instead of the more silent one."""
        can_hedge = (
            len(request.attempts) == 1
            and self._next_appliance(request, now_ms) is not None
            and self.hedges.stake_bytes(request.attempts[0].size_bytes) is not None
        )
        if now_ms < self._silent_at_ms(request, now_ms):
            return (
                self._send(request, now_ms)
                if can_hedge and _is_late(request, buffer_ms=self._buffer_ms, now_ms=now_ms)
                else []
            )
        if can_hedge:
            return self._send(request, now_ms)
        silent = min(request.attempts, key=_heard_ms)
        commands: list[Command] = [Cancel(silent.request_id)]
        return commands + self.failed(silent.request_id, "silence", now_ms=now_ms, position_ms=position_ms)

    def _silent_at_ms(self, request: _Request, now_ms: int) -> int:
        """When silence has lasted too long: that of the last asked, where there is another to ask, else of anyone."""
        failover = self._settings.failover
        if self._next_appliance(request, now_ms) is None:
            return min(map(_heard_ms, request.attempts)) + failover.silence_alone_ms
        last, making = request.attempts[-1], request.making
        gap_ms = making.gap_ms if last.heard_ms < making.until_ms else 0
        return (
            last.heard_ms
            + gap_ms
            + silence_limit_ms(
                buffer_ms=self._buffer_ms,
                least_ms=failover.silence_least_ms,
                most_ms=failover.silence_most_ms,
                buffer_percent=failover.silence_buffer_percent,
                usual_ms=self._usual_ms,
            )
        )

    def _beaten(self, loser: _Attempt, *, by: _Attempt, now_ms: int, position_ms: int) -> list[Command]:
        """Another answer was whole first. Whoever said nothing while that one was asked and delivered has failed."""
        commands: list[Command] = [Cancel(loser.request_id)]
        self.hedges.settled(loser.stake_bytes, cost_bytes=loser.received_bytes)
        if loser.heard_ms < by.sent_ms and self._health.failed(loser.appliance, now_ms=now_ms):
            commands.append(Announce(FailedOver(position_ms, loser.appliance, by.appliance, "silence")))
        return commands


def _heard_ms(attempt: _Attempt) -> int:
    return attempt.heard_ms


def _kind(target: Target) -> TrackKind | None:
    return None if isinstance(target, ManifestTarget) else target.of.kind


def excuse_sleep(delivery: Delivery, *, slept_ms: int, now_ms: int) -> None:
    """For so long nobody listened: the process was stopped, the laptop shut. Everybody is given time anew."""
    for request in delivery.requests:
        request.since_ms += slept_ms
        for attempt in request.attempts:
            attempt.sent_ms += slept_ms
            attempt.heard_ms = now_ms


def flight_of(delivery: Delivery, kind: TrackKind, *, now_ms: int) -> Flight | None:
    """The segment of that kind that is under way; None if there is none, or two appliances are asked for it."""
    for request in delivery.requests:
        if isinstance(request.target, SegmentTarget) and request.target.of.kind == kind and len(request.attempts) == 1:
            [it] = request.attempts
            return Flight(
                request.target,
                it.received_bytes,
                it.size_bytes,
                now_ms - it.sent_ms,
                it.first_byte_ms,
                request.making,
                it.flow.pace(LATELY_MS, gap_ms=request.making.gap_ms, now_ms=now_ms),
                it.flow.pace(LATEST_MS, gap_ms=request.making.gap_ms, now_ms=now_ms),
            )
    return None


def _release(requests: list[_Request]) -> None:
    """Those who wait go now, as if for the first time."""
    for request in requests:
        if not request.attempts:
            request.rounds = 0


def _find(requests: list[_Request], request_id: int) -> tuple[_Request, _Attempt] | tuple[None, None]:
    for request in requests:
        for attempt in request.attempts:
            if attempt.request_id == request_id:
                return request, attempt
    return None, None


def _is_late(request: _Request, *, buffer_ms: int, now_ms: int) -> bool:
    """Of the lowest rung only: a higher one is better left for a lower (`matinee.policy.abr`)."""
    [attempt] = request.attempts
    if not isinstance(request.target, SegmentTarget) or request.target.of.rung > 0 or now_ms < request.making.until_ms:
        return False
    return is_late(
        received_bytes=attempt.received_bytes,
        size_bytes=attempt.size_bytes,
        elapsed_ms=now_ms - attempt.sent_ms,
        buffer_ms=buffer_ms,
    )


def _forget_oldest(memory: dict[Any, Any]) -> None:
    if len(memory) > MOST_REMEMBERED:
        del memory[next(iter(memory))]
