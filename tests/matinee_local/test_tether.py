"""The tether: a child ends when its supervisor is gone."""

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from tests.matinee_local.standin import MODULE


@pytest.fixture
def tethered() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    with ExitStack() as stack:

        def start(*arguments: str) -> subprocess.Popen[str]:
            process = stack.enter_context(
                subprocess.Popen(
                    [sys.executable, "-m", "matinee_local.tether", MODULE, *arguments],
                    stdin=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    text=True,
                    start_new_session=True,
                )
            )
            stack.callback(process.kill)
            return process

        yield start


def test_the_module_runs_as_if_it_were_called_itself(tethered: Callable[..., subprocess.Popen[str]]) -> None:
    process = tethered("--die", "last words")
    assert process.stderr is not None
    assert (process.stderr.read(), process.wait(timeout=30)) == ("last words\n", 3)


def test_a_server_ends_cleanly_when_its_supervisor_is_gone(tethered: Callable[..., subprocess.Popen[str]]) -> None:
    server = tethered("--name", "tethered")
    assert server.stdin is not None
    assert server.stderr is not None
    assert "tethered listens on" in server.stderr.readline()
    server.stdin.close()
    assert server.wait(timeout=30) in (0, -signal.SIGTERM)


def test_a_process_that_does_not_obey_is_ended_after_its_grace() -> None:
    code = """if True:
        import signal
        from matinee_local.tether import end_with_supervisor
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        end_with_supervisor(grace_s=0.01)
    """
    ran = subprocess.run([sys.executable, "-c", code], input=b"", timeout=30, start_new_session=True, check=False)
    assert ran.returncode == -signal.SIGKILL


def test_a_server_serves_as_long_as_its_supervisor_lives(tethered: Callable[..., subprocess.Popen[str]]) -> None:
    server = tethered("--name", "tethered")
    assert server.stderr is not None
    server.stderr.readline()
    assert server.poll() is None
