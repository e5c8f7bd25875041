"""Signals: work is cancelled once, and cleans up."""

import signal
import subprocess
import sys

import pytest

from matinee.errors import ProcessFailed
from matinee_local.interrupts import SIGNALS, run_until_stopped

PROGRAM = """
import asyncio, sys
from matinee_local.interrupts import run_until_stopped

async def work():
    try:
        print("works", flush=True)
        await asyncio.Event().wait()
    finally:
        print("cleans", flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        print("has cleaned", flush=True)

sys.exit(run_until_stopped(work()))
"""


def test_the_status_of_the_work_is_the_status() -> None:
    async def work() -> int:
        return 7

    assert run_until_stopped(work()) == 7


def test_an_error_of_the_work_comes_out_as_it_is() -> None:
    async def work() -> int:
        raise ProcessFailed("It.")

    with pytest.raises(ProcessFailed):
        run_until_stopped(work())


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_ends_the_work_which_cleans_up_undisturbed_by_a_second(number: signal.Signals) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stdout.readline() == "works\n"
        process.send_signal(number)
        assert process.stdout.readline() == "cleans\n"
        process.send_signal(number)
        process.stdin.write("\n")
        process.stdin.close()
        assert process.stdout.readline() == "has cleaned\n"
        assert process.wait(timeout=30) == 128 + number
