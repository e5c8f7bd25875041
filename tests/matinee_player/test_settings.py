"""The command line, parsed once."""

from pathlib import Path

import pytest

from matinee_player.settings import DEFAULT_SERVER, play_settings, watch_settings

HOME = {"HOME": "/users/ana"}


def test_watching_needs_no_word_more() -> None:
    settings = watch_settings([], HOME)
    assert settings.account.server == DEFAULT_SERVER
    assert settings.account.device_store == Path("/users/ana/.local/share/matinee")
    assert (settings.title_id, settings.colors) == ("", "auto")


def test_the_desktop_says_where_data_lie() -> None:
    account = watch_settings([], HOME | {"XDG_DATA_HOME": "/data"}).account
    assert account.device_store == Path("/data/matinee")


def test_everything_can_be_said() -> None:
    account = ["--server", "http://127.0.0.1:9", "--email", "a@b.example", "--password-file", "p"]
    device = ["--device-store", "d", "--profile", "Ana"]
    settings = watch_settings([*account, *device, "--title", "reel", "--colors", "256"], HOME)
    assert (settings.account.server, settings.account.email) == ("http://127.0.0.1:9", "a@b.example")
    assert (settings.account.password_file, settings.account.device_store) == (Path("p"), Path("d"))
    assert (settings.account.profile, settings.title_id, settings.colors) == ("Ana", "reel", "256")


@pytest.mark.parametrize(("source", "is_url"), [("http://127.0.0.1/manifest.mpd", True), ("big-buck-bunny", False)])
def test_a_url_is_told_from_a_title(source: str, is_url: bool) -> None:
    assert play_settings([source], HOME).is_url is is_url


def test_playing_headless_without_decoding_writes_json() -> None:
    settings = play_settings(["reel", "--headless", "--no-decode", "--json", "report.json"], HOME)
    assert (settings.is_headless, settings.is_decoded, settings.json_path) == (True, False, Path("report.json"))


@pytest.mark.parametrize("words", [[], ["reel", "--no-decode"], ["reel", "--colours", "256"], ["r", "--colors", "16"]])
def test_what_makes_no_sense_is_refused(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        play_settings(words, HOME)
    assert "usage: matinee play" in capsys.readouterr().err
