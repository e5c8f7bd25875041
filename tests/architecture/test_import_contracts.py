"""Every import contract is proven by breaking it once, in a copy of the source tree."""

import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = ("sdk", "player", "backend", "edge_node")
_LINT_IMPORTS = "from importlinter.cli import lint_imports_command; lint_imports_command()"

BREACHES: Mapping[str, Mapping[str, str]] = {
    "Programs stand on the SDK and know nothing of one another": {
        "edge_node/matinee_edge/breach.py": "import matinee_encode",
    },
    "Inside the SDK: runtime over media over core over policy over wire": {
        "sdk/matinee/wire/breach.py": "import matinee.policy",
    },
    "The pure half decides: it cannot wait, talk or roll dice": {
        "sdk/matinee/policy/breach.py": "import random",
    },
    "Servers use the pure half, never the client": {
        "backend/matinee_backend/breach.py": "import matinee.runtime",
    },
    "Programs for viewers never load a server": {
        "player/matinee_player/breach.py": "import starlette",
    },
    "Services speak to storage through ports": {
        "backend/matinee_backend/services/breach.py": "import sqlite3",
    },
    "No cycles anywhere": {
        "backend/matinee_asgi/breach.py": "import matinee_asgi.breach_back",
        "backend/matinee_asgi/breach_back.py": "import matinee_asgi.breach",
    },
}
"""For each contract, files that break it."""


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the source tree that keeps every contract."""
    copy = tmp_path_factory.mktemp("tree")
    shutil.copy(ROOT / "pyproject.toml", copy)
    for source in SOURCES:
        shutil.copytree(ROOT / source, copy / source, ignore=shutil.ignore_patterns("__pycache__"))
    return copy


@pytest.fixture
def broken(tree: Path, contract: str) -> Iterator[Path]:
    """The copy, with `contract` broken for the time of a test."""
    breaches = {tree / path: text for path, text in BREACHES[contract].items()}
    for path, text in breaches.items():
        path.write_text(f"{text}\n")
    yield tree
    for path in breaches:
        path.unlink()


def test_every_contract_has_a_breach() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert [contract["name"] for contract in settings["tool"]["importlinter"]["contracts"]] == list(BREACHES)


def test_the_tree_keeps_every_contract(tree: Path) -> None:
    outcome = lint_imports(tree)
    assert outcome.returncode == 0, outcome.stdout
    assert {name for name in BREACHES if f"{name} KEPT" in outcome.stdout} == set(BREACHES)


@pytest.mark.parametrize("contract", BREACHES)
def test_a_broken_contract_is_named_with_the_import_that_breaks_it(contract: str, broken: Path) -> None:
    outcome = lint_imports(broken)
    assert outcome.returncode == 1
    assert f"{contract} BROKEN" in outcome.stdout
    assert "breach" in outcome.stdout


@pytest.mark.parametrize(
    "module", ["matinee", "matinee.errors", "matinee.wire.play", "matinee.policy", "matinee.manifest.dash.mpd"]
)
def test_the_pure_half_loads_nothing_heavy(module: str) -> None:
    heavy = {"aiohttp", "asyncio", "av", "numpy", "Crypto", "starlette", "textual"}
    program = f"import sys, {module}; print(*sorted({heavy} & sys.modules.keys()))"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert loaded.stdout.split() == []


def lint_imports(tree: Path) -> subprocess.CompletedProcess[str]:
    """What the linter says of the copy. Its cache, kept in the copy, makes all runs but the first quick."""
    return subprocess.run(
        [sys.executable, "-c", _LINT_IMPORTS, "--no-logo"],
        cwd=tree,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(str(tree / source) for source in SOURCES)},
        capture_output=True,
        text=True,
        timeout=120,
    )
