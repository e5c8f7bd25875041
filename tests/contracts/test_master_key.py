"""MasterKey: whoever holds it."""

import pytest

from matinee.crypto.sealing import generate_key, seal
from matinee.errors import LicenseInvalid
from matinee_backend.adapters.master_key import HeldMasterKey
from matinee_backend.ports import MasterKey

KEY = generate_key()


@pytest.fixture
def master() -> MasterKey:
    return HeldMasterKey(KEY)


def test_what_was_sealed_under_it_opens_for_its_context_alone(master: MasterKey) -> None:
    sealed = seal(b"secret", key=KEY, context="here")
    assert master.unseal(sealed, context="here") == b"secret"
    with pytest.raises(LicenseInvalid) as refused:
        master.unseal(sealed, context="there")
    assert KEY.hex() not in str(refused.value)


def test_it_never_shows_itself(master: MasterKey) -> None:
    shown = f"{master!r} {master}"
    assert KEY.hex() not in shown
    assert repr(KEY) not in shown
