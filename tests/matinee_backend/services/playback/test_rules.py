"""The reply to a press of play."""

from matinee.wire.play import OcaUrl
from matinee_backend.records import Watched
from matinee_backend.services.playback.rules import play_reply
from tests.support.control_plane import catalog_title


def test_it_holds_everything_until_the_end() -> None:
    url = OcaUrl(appliance="isp-a", url="http://isp-a.example/t/tok/titles/sintel/")
    reply = play_reply(
        catalog_title("sintel", name="Sintel", credit="Blender"),
        session_id="s1",
        license_token="license",
        media_token="tok",
        oca_urls=(url,),
        watched=Watched(profile_id="p", title_id="sintel", position_ms=9_000, watched_wall_ms=1),
        public_url="http://c.example",
    )
    assert reply.manifest_url == url.url + "manifest.mpd"
    assert reply.steering_url == "http://c.example/v1/steering/s1?token=tok"
    assert reply.telemetry_url == "http://c.example/v1/telemetry"
    assert (reply.name, reply.credit, reply.resume_ms) == ("Sintel", "Blender", 9_000)
    assert [rung.height for rung in reply.bitrate_ladder] == [720]
