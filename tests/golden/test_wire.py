"""The wire as others see it: one JSON document for each message, kept beside this test.

A document that has to change here breaks those who still speak the old way: say so in the changelog.
"""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from matinee.wire.auth import AccessClaims, DeviceRegistration, Login, LoginRequest, MediaClaims, Profile
from matinee.wire.catalog import CatalogItem, Homepage, Row
from matinee.wire.clearkey import ClearKeyLicense, ClearKeyRequest, JsonWebKey
from matinee.wire.license import (
    License,
    LicensePolicy,
    LicenseReply,
    LicenseRequest,
    ReleaseRequest,
    Revocation,
    SignedRequest,
    WrappedKey,
)
from matinee.wire.placement import FillWindow, PlacedTitle, Placement, Source
from matinee.wire.play import OcaUrl, PlayReply, PlayRequest
from matinee.wire.problem import Problem
from matinee.wire.steering import (
    Announcement,
    Heartbeat,
    HeartbeatReply,
    PathwayClone,
    SteeringDocument,
    UriReplacement,
    Utilization,
    shelf_digest,
)
from matinee.wire.telemetry import (
    AdReached,
    ApplianceFailed,
    ErrorShown,
    FirstFrameShown,
    PlayEnded,
    PlayheadMoved,
    PlayStarted,
    RefusedEvent,
    RungSwitched,
    Sought,
    StallBegan,
    StallEnded,
    TelemetryAnswer,
    TelemetryBatch,
)
from matinee.wire.title import AudioTrack, MediaFile, Rung, SealedKey, SealedKeys, TextTrack, TitleIndex

FOLDER = Path(__file__).parent / "wire"

NOW_WALL_MS, LATER_WALL_MS = 1_795_305_600_000, 1_795_309_200_000
KEY_ID = "9eb4050de44b4802932e27d75083e266"
RUNG = Rung(representation_id="720p", width=1280, height=720, bitrate_kbps=2_350, codec="avc1.64001f")
OCA_URL = OcaUrl(appliance="isp-a", url="http://127.0.0.1:9001/t/token/titles/heist/")
TOLD: dict[str, Any] = {"event_id": "e1", "session_id": "s1", "ts": NOW_WALL_MS, "position_ms": 61_000}

MESSAGES: dict[str, msgspec.Struct] = {
    "login-request": LoginRequest(
        email="viewer@example.com",
        password="correct horse",
        device=DeviceRegistration(
            name="Terminal",
            agreement_key="hSDwCYkwp1R0i33ctD73Wg2_Og0mOBr066SpjqqbTmo",
            signing_key="11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
        ),
    ),
    "login": Login(
        access_token="header.claims.signature",
        expires_wall_ms=LATER_WALL_MS,
        account_id="a1",
        device_id="d1",
        profiles=(Profile(profile_id="p1", name="Alex"),),
        service_keys={"21fe31dfa154a261": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"},
    ),
    "access-claims": AccessClaims(sub="a1", device_id="d1", exp_wall_ms=LATER_WALL_MS),
    "media-claims": MediaClaims(sub="s1", titles=("heist",), exp_wall_ms=LATER_WALL_MS),
    "homepage": Homepage(
        rows=(Row(title="New", items=(CatalogItem(title_id="heist", name="Heist", duration_ms=55_000),)),),
        page=1,
        pages=1,
    ),
    "play-request": PlayRequest(title_id="heist", device_id="d1", profile_id="p1"),
    "play-reply": PlayReply(
        session_id="s1",
        title_id="heist",
        name="Heist",
        manifest_url=OCA_URL.url + "manifest.mpd",
        license="header.license.signature",
        oca_urls=(OCA_URL,),
        bitrate_ladder=(RUNG,),
        steering_url="http://127.0.0.1:8400/v1/steering/s1?token=t",
        telemetry_url="http://127.0.0.1:8400/v1/telemetry",
    ),
    "license-request": LicenseRequest(
        title_id="heist", device_id="d1", key_ids=(KEY_ID,), nonce="n1", exp_wall_ms=LATER_WALL_MS
    ),
    "release-request": ReleaseRequest(license_id="l1", device_id="d1", nonce="n1", exp_wall_ms=LATER_WALL_MS),
    "signed-request": SignedRequest(request="header.claims.signature"),
    "revocation": Revocation(kind="device", subject="d1"),
    "clearkey-request": ClearKeyRequest(kids=("nrQFDeRLSAKTLifXUIPiZg",)),
    "clearkey-license": ClearKeyLicense(keys=(JsonWebKey(kid="nrQFDeRLSAKTLifXUIPiZg", k="AAECAwQFBgcICQoLDA0ODw"),)),
    "license-reply": LicenseReply(license="header.license.signature"),
    "license": License(
        license_id="l1",
        title_id="heist",
        account_id="a1",
        device_id="d1",
        keys=(WrappedKey(key_id=KEY_ID, wrapped="sender.sealed"),),
        policy=LicensePolicy(
            may_persist=True, renew_after_ms=2_700_000, heartbeat_ms=10_000, max_height=1080, hdcp="1.4"
        ),
        issued_wall_ms=NOW_WALL_MS,
        exp_wall_ms=LATER_WALL_MS,
    ),
    "steering": SteeringDocument(
        ttl_s=30,
        reload_uri="http://127.0.0.1:8400/v1/steering/s1",
        pathway_priority=("isp-a",),
        pathway_clones=(
            PathwayClone(
                base_id="isp-a", pathway_id="isp-c", replacement=UriReplacement(host="c.example", params={"x": "1"})
            ),
        ),
        oca_urls=(OCA_URL,),
    ),
    "heartbeat": Heartbeat(
        appliance="isp-a",
        kind="isp",
        base_url="http://127.0.0.1:9001",
        shelf=shelf_digest(("heist",)),
        titles=("heist",),
        placed="0123456789abcdef0123456789abcdef",
        used=Utilization(sent_kbps=900_000, link_kbps=10_000_000, connections=410, most_connections=2_048),
    ),
    "heartbeat-reply": HeartbeatReply(placement=Placement(titles=(PlacedTitle(title_id="heist"),)), tell_place=True),
    "announcement": Announcement(
        appliance="isp-a",
        site="vienna-1",
        cluster="danube",
        region="eu-central",
        subnets=("10.0.0.0/8", "2001:db8::/32"),
        shelf_bytes=2_000_000_000_000,
    ),
    "placement": Placement(
        titles=(
            PlacedTitle(title_id="heist", size_bytes=4_000_000_000, index_sha256="ef" * 32, holders=("isp-b",)),
            PlacedTitle(title_id="sequel", released_wall_ms=LATER_WALL_MS, is_urgent=True),
        ),
        windows=(FillWindow(from_minute=120, until_minute=360, zone="Europe/Berlin"),),
        rate_kbps=2_000_000,
        peers=(Source(name="isp-b", base_url="http://127.0.0.1:9002"),),
        parents=(Source(name="exchange", base_url="http://127.0.0.1:9003"),),
    ),
    "telemetry": TelemetryBatch(
        events=(
            PlayStarted(title_id="heist", profile_id="p1", **TOLD),
            FirstFrameShown(startup_ms=310, **TOLD),
            PlayheadMoved(title_id="heist", bitrate_kbps=2_350, buffer_ms=12_000, appliance="isp-a", **TOLD),
            StallBegan(appliance="isp-a", **TOLD),
            StallEnded(stall_ms=400, **TOLD),
            RungSwitched(from_kbps=2_350, to_kbps=1_050, **TOLD),
            ApplianceFailed(appliance="isp-a", to_appliance="isp-b", reason="reset", **TOLD),
            ErrorShown(code="segment-unavailable", **TOLD),
            Sought(to_ms=90_000, **TOLD),
            AdReached(ad_id="7", duration_ms=30_000, **TOLD),
            PlayEnded(
                title_id="heist",
                played_ms=55_000,
                stalls=1,
                stall_ms=400,
                mean_bitrate_kbps=2_100,
                completed=True,
                **TOLD,
            ),
        ),
        dropped=2,
        dropped_id="d1",
    ),
    "telemetry-answer": TelemetryAnswer(accepted=3, refused=(RefusedEvent(event_id="e2", reason="unreadable"),)),
    "title": TitleIndex(
        title_id="heist",
        name="Heist",
        duration_ms=55_000,
        ladder=(RUNG,),
        audio=(AudioTrack(representation_id="en", language="en", channels=2, bitrate_kbps=128, codec="mp4a.40.2"),),
        text=(TextTrack(language="en", path="text/en.vtt"),),
        key_ids=(KEY_ID,),
        files=(
            MediaFile(path="video/720p/init.mp4", size_bytes=1_024, sha256="ab" * 32, representation_id="720p"),
            MediaFile(path="manifest.mpd", size_bytes=2_048, sha256="cd" * 32),
        ),
        frame_rate_millihertz=24_000,
    ),
    "sealed-keys": SealedKeys(title_id="heist", keys=(SealedKey(key_id=KEY_ID, sealed="sealed"),)),
    "problem": Problem(
        type="urn:matinee:problem:service-unavailable",
        title="Come back later.",
        status=503,
        detail="Overloaded.",
        retry_after_ms=1_500,
    ),
}


@pytest.mark.parametrize("name", MESSAGES)
def test_a_message_is_written_as_it_always_was(name: str) -> None:
    assert json.loads(msgspec.json.encode(MESSAGES[name])) == json.loads(golden(name))


@pytest.mark.parametrize("name", MESSAGES)
def test_what_was_written_then_is_read_the_same_today(name: str) -> None:
    assert msgspec.json.decode(golden(name), type=type(MESSAGES[name])) == MESSAGES[name]


@pytest.mark.parametrize("name", MESSAGES)
def test_a_newer_speaker_may_say_more(name: str) -> None:
    more = json.loads(golden(name)) | {"of_tomorrow": {"new": [1]}}
    assert msgspec.json.decode(json.dumps(more), type=type(MESSAGES[name])) == MESSAGES[name]


def test_every_document_has_its_message() -> None:
    assert {path.stem for path in FOLDER.iterdir()} == set(MESSAGES)


def golden(name: str) -> bytes:
    return (FOLDER / f"{name}.json").read_bytes()
