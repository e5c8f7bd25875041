"""Runs a Python module that ends when its supervisor does, however the supervisor ends.

`python -m matinee_local.tether MODULE ARGUMENT...`: standard input is a pipe whose other end only the supervisor
holds. The kernel closes it when the supervisor is gone, by `kill -9` too, and the end of the pipe ends this
process and its group. Linux has PR_SET_PDEATHSIG for this, but it must be set between fork and exec, where
Python that has threads may deadlock, it follows the thread that forked rather than the process, and other systems
lack it; a pipe has none of these faults.
"""

import os
import runpy
import signal
import sys
import threading

GRACE_S = 6
"""How long a clean end may take after the supervisor is gone."""


def main() -> None:
    """Runs the module in this very process, as `python -m` would."""
    module, *arguments = sys.argv[1:]
    threading.Thread(target=end_with_supervisor, args=(GRACE_S,), name="tether", daemon=True).start()
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def end_with_supervisor(grace_s: float) -> None:
    """Waits for the end of standard input; then this process is asked to end, and its group killed after `grace_s`."""
    while os.read(0, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    threading.Event().wait(grace_s)
    os.killpg(os.getpgrp(), signal.SIGKILL)


if __name__ == "__main__":
    main()
