"""Which keys are needed, and whether they are here."""

from matinee.core.keyring import Keyring
from matinee.core.messages import Fetched, FetchKeys, KeysArrived, KeysRefused
from matinee.core.notices import Failed
from matinee.testing.playbook import Viewer, fetches, presentation, track

KEY = "0" * 32


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


def test_a_key_that_only_the_init_segment_names_is_asked_for_and_waited_for() -> None:
    it = Viewer()
    first, *others = fetches(it.start(presentation(track())))
    event = Fetched(first.request_id, size_bytes=1_000, elapsed_ms=100, key_ids=(KEY,))
    assert FetchKeys((KEY,)) in it.receive(event)
    for fetch in others:
        it.deliver(fetch)
    assert it.playback.state(now_ms=it.now_ms).phase == "starting"
    it.receive(KeysArrived())
    assert it.playback.state(now_ms=it.now_ms).phase == "playing"


def test_an_encrypted_title_waits_for_its_license_but_not_with_fetching() -> None:
    it = Viewer()
    commands = it.start(presentation(track(key_ids=(KEY,))))
    assert FetchKeys((KEY,)) in commands
    for fetch in fetches(commands):
        it.deliver(fetch)
    assert it.playback.state(now_ms=it.now_ms).phase == "starting"
    it.receive(KeysArrived())
    assert it.playback.state(now_ms=it.now_ms).phase == "playing"


def test_a_refused_license_ends_the_attempt_with_its_reason() -> None:
    it = Viewer()
    it.start(presentation(track(key_ids=(KEY,))))
    it.receive(KeysRefused("license-refused", "Not this device."))
    assert Failed("license-refused", "Not this device.") in it.notices
    assert it.playback.state(now_ms=it.now_ms).phase == "failed"
