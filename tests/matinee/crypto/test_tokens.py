import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matinee.crypto.tokens import (
    MAX_TOKEN_CHARS,
    SigningKey,
    TrustedKeys,
    decode_base64url,
    encode_base64url,
    key_id_of,
)
from matinee.errors import TokenInvalid
from matinee.wire.auth import AccessClaims, MediaClaims

RFC_8037_SEED = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"
RFC_8037_PUBLIC = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"

KEY = SigningKey(decode_base64url(RFC_8037_SEED))
TRUSTED = TrustedKeys({KEY.key_id: KEY.public})
CLAIMS = MediaClaims(sub="s1", titles=("heist",), exp_wall_ms=2_000)


def refusal(token: str, *, wall_ms: int = 1_000) -> object:
    with pytest.raises(TokenInvalid) as raised:
        TRUSTED.verify(token, MediaClaims, wall_ms=wall_ms)
    assert len(token) < 9 or token not in str(raised.value)
    return raised.value.facts["reason"]


def test_what_was_signed_is_what_is_read() -> None:
    assert TRUSTED.verify(KEY.sign(CLAIMS), MediaClaims, wall_ms=1_999) == CLAIMS


def test_a_token_is_a_jws_of_the_standard_key() -> None:
    """RFC 8037, appendix A.1 and A.2: the seed and its public key."""
    header, payload, signature = KEY.sign(CLAIMS).split(".")
    assert encode_base64url(KEY.public) == RFC_8037_PUBLIC
    assert msgspec.json.decode(decode_base64url(header)) == {"alg": "EdDSA", "kid": KEY.key_id}
    assert msgspec.json.decode(decode_base64url(payload), type=MediaClaims) == CLAIMS
    assert len(decode_base64url(signature)) == 64


def test_a_token_ends_at_its_expiry() -> None:
    assert refusal(KEY.sign(CLAIMS), wall_ms=2_000) == "expired"


def test_a_token_meant_for_something_else_is_refused() -> None:
    assert refusal(KEY.sign(AccessClaims(sub="a1", exp_wall_ms=2_000))) == "wrong-claims"


def test_a_token_of_a_stranger_is_refused() -> None:
    assert refusal(SigningKey.generate().sign(CLAIMS)) == "unknown-key"


def test_another_algorithm_is_refused_whatever_the_key() -> None:
    _, payload, _ = KEY.sign(CLAIMS).split(".")
    header = encode_base64url(msgspec.json.encode({"alg": "none", "kid": KEY.key_id}))
    assert refusal(f"{header}.{payload}.") == "unknown-key"


def test_a_changed_payload_no_longer_fits_its_signature() -> None:
    header, _, signature = KEY.sign(CLAIMS).split(".")
    everything = msgspec.structs.replace(CLAIMS, titles=("*",))
    payload = encode_base64url(msgspec.json.encode(everything))
    assert refusal(f"{header}.{payload}.{signature}") == "bad-signature"


def test_a_long_token_is_refused_unread() -> None:
    assert refusal("x" * (MAX_TOKEN_CHARS + 1)) == "too-long"


@pytest.mark.parametrize(
    "header", [b"", b"{}", b'{"alg":"\xff","kid":""}', b'{"alg":"EdDSA","kid":"","x":' + b"[" * 9_000]
)
def test_a_header_that_is_none_is_malformed(header: bytes) -> None:
    assert refusal(f"{encode_base64url(header)}.e30.AA") == "malformed"


@given(st.text(max_size=200))
def test_no_text_passes_for_a_token(text: str) -> None:
    assert refusal(text) in ("malformed", "unknown-key")


@given(st.integers(min_value=0), st.characters(categories=["L", "N", "P"]))
def test_no_character_of_a_token_can_be_changed(position: int, character: str) -> None:
    token = KEY.sign(CLAIMS)
    at = position % len(token)
    changed = token[:at] + character + token[at + 1 :]
    assert changed == token or refusal(changed) in ("malformed", "unknown-key", "bad-signature")


def test_a_key_survives_its_seed_and_is_named_by_its_public_half() -> None:
    again = SigningKey(KEY.seed)
    assert (again.public, again.key_id) == (KEY.public, key_id_of(KEY.public))


def test_each_generated_key_is_another() -> None:
    assert SigningKey.generate().seed != SigningKey.generate().seed


def test_trust_travels_as_text() -> None:
    trusted = TrustedKeys.from_text({KEY.key_id: RFC_8037_PUBLIC})
    assert trusted.verify(KEY.sign(CLAIMS), MediaClaims, wall_ms=0) == CLAIMS


@pytest.mark.parametrize("public", ["AAAA", "not base64url!", ""])
def test_a_trusted_key_that_is_none_is_refused(public: str) -> None:
    with pytest.raises(TokenInvalid):
        TrustedKeys.from_text({"k": public})


@given(st.binary())
def test_base64url_gives_back_every_byte(raw: bytes) -> None:
    assert decode_base64url(encode_base64url(raw)) == raw


@pytest.mark.parametrize("text", ["A", "AB", "AA==", "+/", "A A", "!!", "é", "AA\n"])
def test_only_one_text_stands_for_the_same_bytes(text: str) -> None:
    with pytest.raises(TokenInvalid, match="not base64url"):
        decode_base64url(text)
