"""The plan: who is started after whom, with which arguments, and how often again."""

from pathlib import Path

from matinee_local.plan import (
    CONTROL_PLANE,
    EXCHANGE,
    ORIGIN,
    Process,
    UrlOf,
    command_of,
    init_arguments,
    restart_delay_ms,
    system_plan,
    table,
)
from matinee_local.state import StateDir

STATE = StateDir(Path("S"))


def process(name: str) -> Process:
    return next(process for process in system_plan(STATE) if process.name == name)


def test_every_process_stands_after_those_whose_url_it_must_know() -> None:
    started: set[str] = set()
    for it in system_plan(STATE):
        assert {item.name for item in it.arguments if isinstance(item, UrlOf)} <= started
        started.add(it.name)
    assert started == {"control-plane", "origin", "exchange", "isp-a", "isp-b"}


def test_only_the_control_plane_has_a_port_of_our_choice() -> None:
    assert {it.name: it.port for it in system_plan(STATE, port=9000)} == {
        "control-plane": 9000,
        "origin": 0,
        "exchange": 0,
        "isp-a": 0,
        "isp-b": 0,
    }


def test_isp_appliances_fill_from_the_exchange_and_the_exchange_from_the_origin() -> None:
    parents = {it.name: _after(it, "--parent") for it in system_plan(STATE) if "--parent" in it.arguments}
    assert parents == {"exchange": UrlOf(ORIGIN), "isp-a": UrlOf(EXCHANGE), "isp-b": UrlOf(EXCHANGE)}


def test_the_origin_serves_the_store_into_which_titles_are_published() -> None:
    assert _after(process(ORIGIN), "--shelf") == str(STATE.media)
    assert _after(process(EXCHANGE), "--shelf") == str(STATE.shelf(EXCHANGE))


def test_no_token_stands_on_a_command_line_only_the_file_that_holds_it() -> None:
    assert _after(process("isp-a"), "--media-token-file") == str(Path("S/secrets/tokens/isp-a.media"))
    assert _after(process("isp-a"), "--control-token-file") == str(Path("S/secrets/tokens/isp-a.control"))


def test_a_command_names_the_urls_of_those_started_before() -> None:
    urls = {CONTROL_PLANE: "http://c", EXCHANGE: "http://e"}
    command = command_of(process("isp-a"), urls, host="::1", port=7, ready_file="R", python="py")
    assert command[:4] == ("py", "-m", "matinee_local.tether", "matinee_edge")
    assert command[command.index("--parent") + 1] == "http://e"
    assert command[command.index("--control") + 1] == "http://c"
    assert command[-6:] == ("--host", "::1", "--port", "7", "--ready-file", "R")


def test_the_secrets_are_made_in_the_same_state() -> None:
    assert init_arguments(STATE) == ("matinee_backend", "init", "--state", "S")


def test_restarts_back_off_by_doubling_up_to_a_cap() -> None:
    delays = [restart_delay_ms(crashes, first_ms=500, cap_ms=3000) for crashes in range(5)]
    assert delays == [500, 1000, 2000, 3000, 3000]
    assert restart_delay_ms(10**6, first_ms=500, cap_ms=3000) == 3000


def test_a_table_is_as_wide_as_its_widest_cells() -> None:
    assert table(("name", "pid"), [("isp-a", "7"), ("b", "10")]) == "name   pid\nisp-a  7\nb      10"


def _after(it: Process, option: str) -> str | UrlOf:
    return it.arguments[it.arguments.index(option) + 1]
