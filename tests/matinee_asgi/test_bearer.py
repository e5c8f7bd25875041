"""Bearer tokens: who speaks is known without asking anybody."""

import pytest
from starlette.requests import Request

from matinee.clock import SystemClock
from matinee.crypto.tokens import SigningKey, TrustedKeys
from matinee.errors import SessionExpired, TokenInvalid
from matinee.wire.auth import AccessClaims, MediaClaims
from matinee_asgi.bearer import BearerCheck
from tests.support.control_plane import AheadClock

KEY = SigningKey.generate()
FAR_WALL_MS = 1 << 52
CHECK = BearerCheck(keys=TrustedKeys({KEY.key_id: KEY.public}), clock=SystemClock())
MEMBER = AccessClaims(sub="account-1", device_id="device-1", exp_wall_ms=FAR_WALL_MS)
APPLIANCE = AccessClaims(sub="appliance:isp-a", role="appliance", exp_wall_ms=FAR_WALL_MS)


def asking(authorization: str | None) -> Request:
    headers = [] if authorization is None else [(b"authorization", authorization.encode())]
    return Request({"type": "http", "headers": headers})


def test_a_good_token_says_who_speaks() -> None:
    assert CHECK.member(asking(f"Bearer {KEY.sign(MEMBER)}")) == MEMBER
    assert CHECK.member(asking(f"bearer {KEY.sign(MEMBER)}")) == MEMBER
    assert CHECK.appliance(asking(f"Bearer {KEY.sign(APPLIANCE)}"), "isp-a") == APPLIANCE


@pytest.mark.parametrize("authorization", [None, "", "Bearer", "Bearer ", "Basic YTpi"])
def test_a_request_without_a_token_is_told_so(authorization: str | None) -> None:
    with pytest.raises(TokenInvalid) as refused:
        CHECK.member(asking(authorization))
    assert refused.value.facts["reason"] == "missing"


def test_a_member_whose_token_is_over_logs_in_again() -> None:
    over = AccessClaims(sub="account-1", exp_wall_ms=1)
    with pytest.raises(SessionExpired):
        CHECK.member(asking(f"Bearer {KEY.sign(over)}"))


def test_an_appliance_whose_token_is_over_has_an_invalid_token() -> None:
    over = AccessClaims(sub="appliance:isp-a", role="appliance", exp_wall_ms=1)
    with pytest.raises(TokenInvalid) as refused:
        CHECK.appliance(asking(f"Bearer {KEY.sign(over)}"), "isp-a")
    assert refused.value.facts["reason"] == "expired"


def test_a_stranger_is_not_believed() -> None:
    with pytest.raises(TokenInvalid) as refused:
        CHECK.member(asking(f"Bearer {SigningKey.generate().sign(MEMBER)}"))
    assert refused.value.facts["reason"] == "unknown-key"


def test_nobody_passes_for_a_member() -> None:
    media = MediaClaims(sub="account-1", titles=("*",), exp_wall_ms=FAR_WALL_MS)
    for token in (KEY.sign(APPLIANCE), KEY.sign(media)):
        with pytest.raises(TokenInvalid) as refused:
            CHECK.member(asking(f"Bearer {token}"))
        assert refused.value.facts["reason"] == "wrong-claims"


def test_nobody_passes_for_another_appliance() -> None:
    for claims in (MEMBER, APPLIANCE):
        with pytest.raises(TokenInvalid) as refused:
            CHECK.appliance(asking(f"Bearer {KEY.sign(claims)}"), "isp-b")
        assert refused.value.facts["reason"] == "wrong-claims"


def test_a_token_that_was_verified_is_over_when_its_time_is() -> None:
    clock = AheadClock()
    check = BearerCheck(keys=TrustedKeys({KEY.key_id: KEY.public}), clock=clock)
    token = KEY.sign(AccessClaims(sub="account-1", exp_wall_ms=clock.wall_ms() + 60_000))
    for _ in range(2):
        assert check.member(asking(f"Bearer {token}")).sub == "account-1"
    clock.ahead_ms = 60_001
    with pytest.raises(SessionExpired):
        check.member(asking(f"Bearer {token}"))


def test_a_token_that_was_verified_is_still_of_its_role_only() -> None:
    token = KEY.sign(MEMBER)
    assert CHECK.member(asking(f"Bearer {token}")) == MEMBER
    with pytest.raises(TokenInvalid):
        CHECK.operator(asking(f"Bearer {token}"))
