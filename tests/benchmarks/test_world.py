from benchmarks.world import BEGAN_MS, Answers, Viewer, World
from matinee.core.health import ApplianceHealth
from matinee.core.messages import Fetch, Fetched, ManifestRead, ManifestTarget
from matinee.policy.settings import PlayerSettings
from matinee.testing.playbook import presentation, track

SHOWN = presentation(track(ladder=(300,), segments=3, segment_ms=2_000))


def test_a_viewer_plays_to_the_end_of_time() -> None:
    asked: list[int] = []

    def server(viewer: Viewer, fetch: Fetch, at_ms: int) -> Answers:
        asked.append(at_ms - BEGAN_MS)
        if isinstance(fetch.target, ManifestTarget):
            return [(10, ManifestRead(fetch.request_id, 1_000, SHOWN, ("a",)))]
        return [(50, Fetched(fetch.request_id, 75_000, 10))]

    world = World(server)
    settings = PlayerSettings()
    viewer = world.enter(Viewer(settings, ApplianceHealth(settings.failover), number=1), ("a",), at_ms=BEGAN_MS + 5)
    world.run(until_ms=BEGAN_MS + 1_000)
    assert asked[:2] == [5, 15]
    assert viewer.buffer_ms(BEGAN_MS + 1_000) > 4_000
    world.run(until_ms=BEGAN_MS + 60_000)
    assert viewer.playback.state(now_ms=BEGAN_MS + 60_000).position_ms == 6_000
