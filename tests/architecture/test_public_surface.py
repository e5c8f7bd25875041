"""What programs see of the SDK: every name is typed, and says what it is."""

import inspect
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import matinee
import matinee.errors


def test_every_exported_name_is_there_and_listed() -> None:
    assert sorted(matinee.__all__) == matinee.__all__ == dir(matinee)
    assert all(getattr(matinee, name) is not None for name in matinee.__all__)


def test_everything_exported_says_what_it_is() -> None:
    exported = [(name, getattr(matinee, name)) for name in matinee.__all__]
    exported += [(name, getattr(matinee.errors, name)) for name in matinee.errors.__all__]
    assert [name for owner, it in exported for name in _silent(owner, it)] == []


@pytest.mark.types
def test_every_public_type_is_complete() -> None:
    # Pyright asks the first Python of the path where the package is.
    programs = Path(sys.executable).parent
    command = [str(programs / "pyright"), "--verifytypes", "matinee", "--ignoreexternal", "--outputjson"]
    path = f"{programs}{os.pathsep}{os.environ['PATH']}"
    told = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, "PATH": path}).stdout
    report = json.loads(told)["typeCompleteness"]
    incomplete = [it["name"] for it in report["symbols"] if it["isExported"] and not it["isTypeKnown"]]
    incomplete += [it["name"] for it in report["symbols"] if it["isTypeAmbiguous"]]
    assert incomplete == []
    assert report["completenessScore"] == 1


def _silent(name: str, it: object) -> Iterator[str]:
    """Of a class, a function and their public members: those without a sentence."""
    if not (inspect.isclass(it) or inspect.isfunction(it)):
        return
    if not inspect.getdoc(it):
        yield name
    for member, value in vars(it).items():
        is_public = not member.startswith("_") or member == "__init__"
        is_ours = inspect.isfunction(value) or isinstance(value, property | classmethod | staticmethod)
        if inspect.isclass(it) and is_public and is_ours and not inspect.getdoc(value):
            yield f"{name}.{member}"
