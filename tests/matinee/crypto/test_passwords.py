from matinee.crypto.passwords import hash_password, is_password
from matinee.crypto.tokens import encode_base64url


def test_the_right_password_is_told_from_a_wrong_one() -> None:
    stored = hash_password("naïve 🎬 pass\u00a0phrase")
    assert is_password("naïve 🎬 pass\u00a0phrase", stored=stored)
    assert not is_password("naive 🎬 pass phrase", stored=stored)


def test_what_is_stored_tells_nothing_and_never_looks_the_same() -> None:
    first, second = hash_password("secret"), hash_password("secret")
    assert first != second
    assert "secret" not in first


def test_a_hash_is_of_the_standard_function_with_its_own_parameters() -> None:
    """RFC 7914, section 12: the third vector, whose first 32 bytes are the hash of that length."""
    digest = bytes.fromhex("7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2")
    stored = f"scrypt$16384$8$1${encode_base64url(b'SodiumChloride')}${encode_base64url(digest)}"
    assert is_password("pleaseletmein", stored=stored)
    assert not is_password("pleaseletmeout", stored=stored)
