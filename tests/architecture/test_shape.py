"""The shape of the house: budgets, a sentence for every module, and a test for every room."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = ("sdk", "player", "backend", "edge_node")
FILE_LINES, FUNCTION_LINES, CLASS_METHODS = 500, 60, 20

MODULES = sorted(path for source in SOURCES for path in (ROOT / source).rglob("*.py"))
TESTS = sorted(
    path
    for path in (ROOT / "tests").rglob("test_*.py")
    if path.relative_to(ROOT / "tests").parts[0].startswith("matinee")
)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_keeps_its_budget_and_says_what_it_is(path: Path) -> None:
    text = path.read_text()
    tree = ast.parse(text)
    assert ast.get_docstring(tree) or not text, "opens with one sentence saying what it is"
    assert text.count("\n") <= FILE_LINES
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert _lines(node) <= FUNCTION_LINES, node.name
        if isinstance(node, ast.ClassDef):
            methods = [item for item in node.body if isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef)]
            assert len(methods) <= CLASS_METHODS, node.name


def test_every_module_that_acts_has_a_test_of_its_name() -> None:
    tested = {_module_of(path) for path in TESTS}
    untested = [str(path.relative_to(ROOT)) for path in MODULES if _acts(path) and _name_of(path) not in tested]
    assert untested == []


def test_every_test_has_a_module_of_its_name() -> None:
    modules = {_name_of(path) for path in MODULES}
    assert [str(path.relative_to(ROOT)) for path in TESTS if _module_of(path) not in modules] == []


def _lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Without the docstring."""
    body = node.body[1:] if ast.get_docstring(node) else node.body
    return (node.end_lineno or 0) - (body[0].lineno if body else node.lineno) + 1


def _acts(path: Path) -> bool:
    """Whether there is a function to test.

    Storage adapters are tested by their port's contract (`tests/contracts`), programs (`__main__`) by running them.
    """
    if path.name in ("__init__.py", "__main__.py", "ports.py") or "adapters" in path.parts:
        return False
    return any(_functions(ast.parse(path.read_text())))


def _functions(tree: ast.Module) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and len(node.body) > 1:
            yield node


def _name_of(path: Path) -> str:
    """`sdk/matinee/core/playback.py` -> `matinee/core/playback`."""
    return str(path.relative_to(ROOT).with_suffix("")).split("/", 1)[1]


def _module_of(path: Path) -> str:
    """`tests/matinee/core/test_playback.py` -> `matinee/core/playback`."""
    relative = path.relative_to(ROOT / "tests").with_suffix("")
    return str(relative.parent / relative.name.removeprefix("test_"))
