"""Which keys are needed, and whether they are here."""

from matinee.core.keyring import Keyring
from matinee.core.messages import FetchKeys


def test_nothing_is_decrypted_before_a_manifest_says_what_it_takes() -> None:
    assert not Keyring().is_complete


def test_a_clear_title_needs_no_keys() -> None:
    it = Keyring()
    assert it.need(()) == []
    assert it.is_complete


def test_keys_are_asked_for_once() -> None:
    it = Keyring()
    assert it.need(("a", "b")) == [FetchKeys(("a", "b"))]
    assert it.need(("b",)) == []
    assert not it.is_complete
    it.arrived()
    assert it.is_complete


def test_two_questions_need_two_answers() -> None:
    it = Keyring()
    it.need(("a",))
    it.need(("b",))
    it.arrived()
    assert not it.is_complete
    it.arrived()
    assert it.is_complete


def test_a_key_that_is_named_later_is_waited_for() -> None:
    it = Keyring()
    it.need(("a",))
    it.arrived()
    assert it.need(("a", "b")) == [FetchKeys(("b",))]
    assert not it.is_complete
