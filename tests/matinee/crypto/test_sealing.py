import pytest
from hypothesis import given
from hypothesis import strategies as st

from matinee.crypto.sealing import KEY_BYTES, content_key_context, generate_key, seal, unseal
from matinee.errors import LicenseInvalid

KEY = generate_key()
CONTEXT = content_key_context(title_id="heist", key_id="0" * 32)


@given(st.binary(max_size=64))
def test_what_was_sealed_opens_with_the_same_key_and_context(secret: bytes) -> None:
    assert unseal(seal(secret, key=KEY, context=CONTEXT), key=KEY, context=CONTEXT) == secret


def test_the_same_secret_never_looks_the_same() -> None:
    assert seal(b"secret", key=KEY, context=CONTEXT) != seal(b"secret", key=KEY, context=CONTEXT)


def test_another_key_does_not_open_it() -> None:
    with pytest.raises(LicenseInvalid, match="does not open"):
        unseal(seal(b"secret", key=KEY, context=CONTEXT), key=generate_key(), context=CONTEXT)


def test_a_key_cannot_pass_for_that_of_another_title() -> None:
    elsewhere = content_key_context(title_id="sequel", key_id="0" * 32)
    with pytest.raises(LicenseInvalid, match="sequel"):
        unseal(seal(b"secret", key=KEY, context=CONTEXT), key=KEY, context=elsewhere)


@given(st.integers(min_value=0), st.sampled_from("AQgw_-"))
def test_no_character_can_be_changed(position: int, character: str) -> None:
    sealed = seal(b"secret", key=KEY, context=CONTEXT)
    at = position % len(sealed)
    changed = sealed[:at] + character + sealed[at + 1 :]
    if changed == sealed:
        return
    with pytest.raises(LicenseInvalid):
        unseal(changed, key=KEY, context=CONTEXT)


@given(st.text(max_size=100))
def test_no_other_text_opens(text: str) -> None:
    with pytest.raises(LicenseInvalid):
        unseal(text, key=KEY, context=CONTEXT)


def test_generated_keys_have_the_length_of_aes_256() -> None:
    assert len(generate_key()) == KEY_BYTES == 32
