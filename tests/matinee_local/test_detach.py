"""Detaching: from the readiness on, a process speaks into its log."""

import subprocess
import sys
from pathlib import Path

from matinee_local.detach import start_detached

QUIET = """
import sys
from pathlib import Path
from matinee_local.detach import go_quiet

print("heard")
go_quiet(Path(sys.argv[1]))
print("logged")
print("logged too", file=sys.stderr)
"""


def test_what_is_said_after_going_quiet_stands_in_the_log(tmp_path: Path) -> None:
    log = tmp_path / "log"
    ran = subprocess.run(
        [sys.executable, "-c", QUIET, str(log)], capture_output=True, text=True, timeout=30, check=True
    )
    assert (ran.stdout, ran.stderr) == ("heard\n", "")
    assert sorted(log.read_text().splitlines()) == ["logged", "logged too"]


def test_a_start_that_fails_has_the_status_of_the_command_that_failed() -> None:
    assert start_detached(["--no-such-option"], tell=lambda line: None) == 2
