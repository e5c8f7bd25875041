"""A system that goes on in the background: started by a command that returns once it is healthy."""

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

IS_UP = "The system is up."
"""The line by which a detached `matinee up` says that it goes on alone."""


def start_detached(arguments: Sequence[str], *, tell: Callable[[str], None]) -> int:
    """0 once `matinee up arguments…` is up in the background; its own exit status if it ended instead.

    What it says until then is told here, line by line. Ctrl-C until then stops it.
    """
    command = (sys.executable, "-m", "matinee", "up", *arguments)
    running = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    assert running.stdout is not None, "asked for above"
    try:
        with running.stdout:
            for line in running.stdout:
                tell(line.rstrip("\n"))
                if line.rstrip("\n") == IS_UP:
                    return 0
        return running.wait()
    except KeyboardInterrupt:
        running.terminate()
        running.wait()
        raise


def go_quiet(log: Path) -> None:
    """From here on this process says everything into `log`."""
    sys.stdout.flush()
    sys.stderr.flush()
    with open(log, "ab") as output:
        os.dup2(output.fileno(), sys.stdout.fileno())
        os.dup2(output.fileno(), sys.stderr.fileno())
