"""Delivery: every request of a session, from the first appliance asked to the answer, by way of fail-over and waits.

A request that fails goes to the next appliance at once; when all have failed it, it waits by the one retry policy
and starts again at the first. Silence counts as failure before it endangers the buffer.
"""

from dataclasses import dataclass, field

from matinee.core.health import ApplianceHealth
from matinee.core.messages import Announce, Cancel, Command, Fetch, ManifestTarget, Target
from matinee.core.notices import FailedOver
from matinee.manifest.presentation import TrackKind
from matinee.policy.backoff import wait_ms
from matinee.policy.dice import draw, next_state
from matinee.policy.failover import is_passing, silence_limit_ms
from matinee.policy.settings import PlayerSettings


@dataclass
class _Request:
    target: Target
    since_ms: int
    """When it was first wanted."""
    request_id: int = -1
    appliance: str = ""
    """Asked now; empty while it waits for its next round."""
    heard_ms: int = 0
    """When it was sent or last brought bytes."""
    tried: set[str] = field(default_factory=set[str])
    rounds: int = 0
    is_hopeless: bool = True
    """Whether every failure of this round was a plain no."""
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
        self._settings = settings
        self._health = health
        self._dice = seed
        self._requests: list[_Request] = []
        self._last_id = 0

    def renew(self, appliances: tuple[str, ...]) -> None:
        """These are all there are now; those known before keep their order."""
        known = tuple(name for name in self.appliances if name in appliances)
        self.appliances = known + tuple(name for name in appliances if name not in known)

    def prefer(self, appliances: tuple[str, ...]) -> None:
        """Put these first, in this order, new ones too; those not named keep their order behind them."""
        if not self.appliances:
            # They are asked for the manifest still.
            self.manifests = appliances + tuple(name for name in self.manifests if name not in appliances)
            return
        self.appliances = appliances + tuple(name for name in self.appliances if name not in appliances)

    @property
    def is_stuck(self) -> bool:
        """Whether something has been refused by everybody and waits for another round."""
        return any(not request.appliance for request in self._requests)

    def ask(self, target: Target, *, now_ms: int) -> list[Command]:
        request = _Request(target, since_ms=now_ms)
        self._requests.append(request)
        return self._send(request, now_ms)

    def progressed(self, request_id: int, *, now_ms: int) -> None:
        if request := self._find(request_id):
            request.heard_ms = now_ms

    def arrived(self, request_id: int) -> tuple[Target, str] | None:
        """What came and from where; None if nobody wants it any more."""
        request = self._find(request_id)
        if request is None:
            return None
        self._requests.remove(request)
        self._health.succeeded(request.appliance)
        return request.target, request.appliance

    def failed(self, request_id: int, reason: str, *, now_ms: int, position_ms: int, hint_ms: int = 0) -> list[Command]:
        request = self._find(request_id)
        if request is None:
            return []
        left = request.appliance
        hint_ms = min(hint_ms, self._settings.retry.hint_cap_ms)
        is_news = self._health.failed(left, now_ms=now_ms, hint_ms=hint_ms)
        request.tried.add(left)
        request.is_hopeless &= not is_passing(reason)
        commands = self._send(request, now_ms, hint_ms=hint_ms)
        if is_news and request.appliance:
            commands.append(Announce(FailedOver(position_ms, left, request.appliance, reason)))
        return commands

    def holders(self, target: Target) -> tuple[str, ...]:
        """Who may be asked for it, best first."""
        if isinstance(target, ManifestTarget):
            return self.manifests
        places = target.of.places
        return tuple(name for name in self.appliances if not places or name in places)

    def cancel(self, kind: TrackKind | None = None) -> list[Command]:
        """No longer wanted: all requests for media of a kind, or all of all."""
        gone = [request for request in self._requests if kind is None or _kind(request.target) == kind]
        self._requests = [request for request in self._requests if request not in gone]
        return [Cancel(request.request_id) for request in gone if request.appliance]

    def tick(self, *, now_ms: int, buffer_ms: int, position_ms: int) -> list[Command]:
        """Give up the silent, send those who have waited."""
        commands: list[Command] = []
        for request in list(self._requests):
            if not request.appliance and request.retry_at_ms <= now_ms:
                commands += self._send(request, now_ms)
            elif request.appliance and now_ms >= request.heard_ms + self._silence_limit_ms(request, buffer_ms, now_ms):
                request_id = request.request_id
                commands.append(Cancel(request_id))
                commands += self.failed(request_id, "silence", now_ms=now_ms, position_ms=position_ms)
        return commands

    def wake_at_ms(self, *, now_ms: int, buffer_ms: int) -> int | None:
        """When `tick` has something to do; None while nothing is under way."""
        times = [
            request.heard_ms + self._silence_limit_ms(request, buffer_ms, now_ms)
            if request.appliance
            else request.retry_at_ms
            for request in self._requests
        ]
        return min(times, default=None)

    def _send(self, request: _Request, now_ms: int, *, hint_ms: int = 0) -> list[Command]:
        """Ask the best appliance not yet tried in this round, or begin to wait for the next round."""
        untried = [name for name in self.holders(request.target) if name not in request.tried]
        appliance = self._health.first_available(untried, now_ms=now_ms)
        if appliance is None and not request.tried and untried:
            # All sit out, and this request has done nothing to deserve a wait: ask the one that is back first.
            appliance = min(untried, key=self._health.available_at_ms)
        if appliance is None:
            self._wait(request, now_ms, hint_ms=hint_ms)
            return []
        self._last_id += 1
        request.request_id, request.appliance, request.heard_ms = self._last_id, appliance, now_ms
        self._health.asked(appliance, now_ms=now_ms)
        return [Fetch(request.request_id, request.target, appliance)]

    def _wait(self, request: _Request, now_ms: int, *, hint_ms: int) -> None:
        retry = self._settings.retry
        give_up_ms = retry.give_up_start_ms if isinstance(request.target, ManifestTarget) else retry.give_up_ms
        if request.is_hopeless or now_ms - request.since_ms >= give_up_ms:
            self.exhausted = request.target
        request.is_hopeless = True
        request.rounds += 1
        request.tried.clear()
        request.appliance = ""
        self._dice = next_state(self._dice)
        request.retry_at_ms = now_ms + wait_ms(
            tries=request.rounds,
            draw=draw(self._dice),
            first_ms=retry.first_ms,
            cap_ms=retry.cap_ms,
            hint_ms=hint_ms,
        )

    def _silence_limit_ms(self, request: _Request, buffer_ms: int, now_ms: int) -> int:
        failover = self._settings.failover
        tried = {*request.tried, request.appliance}
        others = [name for name in self.holders(request.target) if name not in tried]
        if self._health.first_available(others, now_ms=now_ms) is None:
            return failover.silence_alone_ms
        return silence_limit_ms(
            buffer_ms=buffer_ms,
            least_ms=failover.silence_least_ms,
            most_ms=failover.silence_most_ms,
            buffer_percent=failover.silence_buffer_percent,
        )

    def _find(self, request_id: int) -> _Request | None:
        return next((it for it in self._requests if it.appliance and it.request_id == request_id), None)


def _kind(target: Target) -> TrackKind | None:
    return None if isinstance(target, ManifestTarget) else target.of.kind
