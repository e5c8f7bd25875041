"""The gate believes what is signed, current and about the title."""

import os
from pathlib import Path

import pytest

from matinee.crypto.tokens import SigningKey
from matinee.errors import NotEntitled, SettingsInvalid, TokenInvalid
from matinee.wire.auth import AccessClaims, MediaClaims
from matinee_asgi.reply import refuse
from matinee_edge.gate import TRUST_EVERY_MS, Gate
from tests.support.clock import HandClock
from tests.support.edge import FAR_WALL_MS, Issuer


def test_a_token_that_covers_the_title_is_admitted(tmp_path: Path) -> None:
    issuer = Issuer(tmp_path)
    gate = Gate(issuer.trust, clock=HandClock())
    assert gate.admit(issuer.media_token("heat"), title_id="heat").titles == ("heat",)
    assert gate.admit(issuer.media_token("*"), title_id="heat").titles == ("*",)


def test_a_token_for_another_title_is_not_entitled(tmp_path: Path) -> None:
    issuer = Issuer(tmp_path)
    with pytest.raises(NotEntitled):
        Gate(issuer.trust, clock=HandClock()).admit(issuer.media_token("alien"), title_id="heat")


def test_a_token_is_refused_from_its_last_millisecond_on_even_if_seen_before(tmp_path: Path) -> None:
    issuer, clock = Issuer(tmp_path), HandClock()
    gate = Gate(issuer.trust, clock=clock)
    token = issuer.media_token("heat", exp_wall_ms=clock.wall_ms() + 500)
    gate.admit(token, title_id="heat")
    clock.move(499)
    gate.admit(token, title_id="heat")
    clock.move(1)
    with pytest.raises(TokenInvalid) as caught:
        gate.admit(token, title_id="heat")
    assert caught.value.facts["reason"] == "expired"


def test_before_its_release_a_title_is_for_appliances_only(tmp_path: Path) -> None:
    issuer, clock = Issuer(tmp_path), HandClock()
    release_wall_ms = clock.wall_ms() + 5_000
    gate = Gate(issuer.trust, clock=clock, release_of=lambda title_id: release_wall_ms)
    token = issuer.media_token("heat")
    with pytest.raises(NotEntitled) as refused:
        gate.admit(token, title_id="heat")
    assert refused.value.facts["reason"] == "not-yet"
    assert refuse(refused.value).headers["retry-after"] == "5"
    gate.admit(issuer.media_token("*"), title_id="heat")
    clock.move(5_000)
    gate.admit(token, title_id="heat")


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "é.é.é", "." * 100, "x" * 20_000])
def test_garbage_is_refused_and_never_repeated_in_the_error(tmp_path: Path, token: str) -> None:
    with pytest.raises(TokenInvalid) as caught:
        Gate(Issuer(tmp_path).trust, clock=HandClock()).admit(token, title_id="heat")
    assert len(str(caught.value)) < 200


def test_tokens_of_another_issuer_or_another_use_are_refused(tmp_path: Path) -> None:
    issuer = Issuer(tmp_path)
    gate = Gate(issuer.trust, clock=HandClock())
    forged = SigningKey.generate().sign(MediaClaims(sub="x", titles=("*",), exp_wall_ms=FAR_WALL_MS))
    access = issuer.key.sign(AccessClaims(sub="x", exp_wall_ms=FAR_WALL_MS))
    for token in (forged, access):
        with pytest.raises(TokenInvalid):
            gate.admit(token, title_id="heat")


def test_a_withdrawn_key_is_believed_no_longer_and_a_new_one_is(tmp_path: Path) -> None:
    issuer, clock = Issuer(tmp_path), HandClock()
    gate = Gate(issuer.trust, clock=clock)
    old = issuer.media_token("heat")
    gate.admit(old, title_id="heat")
    issuer.key = SigningKey.generate()
    issuer.trust_keys(issuer.key)
    clock.move(TRUST_EVERY_MS)
    gate.admit(issuer.media_token("heat"), title_id="heat")
    with pytest.raises(TokenInvalid):
        gate.admit(old, title_id="heat")


def test_a_broken_trust_file_changes_nothing_until_it_is_mended(tmp_path: Path) -> None:
    issuer, clock = Issuer(tmp_path), HandClock()
    gate = Gate(issuer.trust, clock=clock)
    issuer.trust.write_text("{half")
    clock.move(TRUST_EVERY_MS)
    gate.admit(issuer.media_token("heat"), title_id="heat")
    os.unlink(issuer.trust)
    clock.move(TRUST_EVERY_MS)
    gate.admit(issuer.media_token("heat"), title_id="heat")


def test_an_appliance_without_trusted_keys_does_not_start(tmp_path: Path) -> None:
    with pytest.raises(SettingsInvalid, match="trust"):
        Gate(tmp_path / "trust.json", clock=HandClock())


def test_what_is_remembered_is_bounded(tmp_path: Path) -> None:
    issuer = Issuer(tmp_path)
    gate = Gate(issuer.trust, clock=HandClock(), max_remembered=3)
    for number in range(5):
        gate.admit(issuer.media_token("heat", exp_wall_ms=FAR_WALL_MS - number), title_id="heat")
    assert gate.remembered == 3
