"""Media tokens that end in mid-play: renewed before anybody is refused, or in time after, and never at a stall."""

from dataclasses import dataclass, field

import msgspec
import pytest

from matinee.core.notices import PlaybackReport
from matinee.crypto.agreement import AgreementKey
from matinee.crypto.tokens import TrustedKeys
from matinee.policy.settings import PlayerSettings, RetrySettings
from matinee.runtime.http import Network
from matinee.runtime.player import Player
from matinee.runtime.reporter import Reporter
from matinee.runtime.service import Service
from matinee.runtime.source import Source, TitleSource
from matinee.testing.clock import MONDAY_WALL_MS, VirtualClock, run_virtual
from matinee.testing.faults import Refusal, Refused
from matinee.testing.network import HostRequest, ScriptedNetwork
from matinee.testing.titles import SyntheticTitle
from matinee.wire.play import OcaUrl, PlayReply
from matinee.wire.steering import SteeringDocument

TITLE = SyntheticTitle(duration_ms=600_000, ladder=(30, 100), audio_kbps=8)
LIFETIME_MS = 90_000
NAMES = ("a", "b")


@dataclass
class House:
    """A control plane that renews tokens with its steering, and appliances that let in whoever has one."""

    says_ends: bool
    """Whether players are told when their tokens end."""
    refusals: list[int] = field(default_factory=list)
    """When, since the beginning."""
    questions: int = 0

    def urls(self, wall_ms: int) -> tuple[OcaUrl, ...]:
        end = wall_ms + LIFETIME_MS
        told = end if self.says_ends else 0
        return tuple(OcaUrl(appliance=it, url=f"http://{it}.test/t/{end}/", exp_wall_ms=told) for it in NAMES)

    def steer(self, request: HostRequest) -> bytes:
        self.questions += 1
        return msgspec.json.encode(SteeringDocument(pathway_priority=NAMES, oca_urls=self.urls(request.wall_ms)))

    def serve(self, request: HostRequest) -> bytes | Refusal | None:
        _, _, end, path = request.path.split("/", 3)
        if int(end) <= request.wall_ms:
            self.refusals.append(request.wall_ms - MONDAY_WALL_MS)
            return Refusal(403)
        return TITLE(msgspec.structs.replace(request, path=f"/{path}"))


def watched(house: House, *, away_ms: tuple[int, int] = (0, 0)) -> PlaybackReport:
    """The title played to its end; meanwhile the control plane is away for a while."""

    async def opening(http: Network) -> tuple[Source, Reporter | None]:
        reply = PlayReply(
            session_id="session",
            title_id="title",
            name="A title",
            manifest_url="",
            license="",
            oca_urls=house.urls(http.clock.wall_ms()),
            bitrate_ladder=(),
            steering_url="http://control.test/steering",
            telemetry_url="",
        )
        service = Service("http://control.test", http, retry=RetrySettings())
        return TitleSource(reply, http, service, key=AgreementKey.generate(), trusted=TrustedKeys({})), None

    async def story(clock: VirtualClock) -> PlaybackReport:
        hosts = {f"{name}.test": house.serve for name in NAMES}
        network = ScriptedNetwork(clock, hosts={**hosts, "control.test": house.steer})
        network.fail(Refused(), host="control.test", from_ms=away_ms[0], until_ms=away_ms[1])
        async with Player(opening, settings=PlayerSettings(decode=False), http=network) as player:
            await player.wait_ended()
            return player.report()

    return run_virtual(story)


def test_whoever_knows_when_tokens_end_is_never_refused() -> None:
    house = House(says_ends=True)
    report = watched(house)
    assert (report.ended, report.stalls, report.failovers, house.refusals) == (True, 0, (), [])
    assert house.questions <= 600_000 // (LIFETIME_MS // 2)


def test_whoever_does_not_know_is_refused_once_and_gets_a_token_before_the_buffer_ends() -> None:
    house = House(says_ends=False)
    report = watched(house)
    assert (report.ended, report.stalls, report.errors) == (True, 0, ())
    assert 0 < len(house.refusals) <= 2 * len(NAMES) * (600_000 // LIFETIME_MS)


@pytest.mark.parametrize("says_ends", [True, False])
def test_a_control_plane_that_is_away_when_tokens_end_costs_no_stall_if_it_returns_within_the_buffer(
    says_ends: bool,
) -> None:
    report = watched(House(says_ends=says_ends), away_ms=(60_000, 125_000))
    assert (report.ended, report.stalls, report.errors) == (True, 0, ())


def test_a_refusal_does_not_count_against_the_appliance() -> None:
    report = watched(House(says_ends=False))
    assert set(report.bytes_by_appliance) == {"a"}
