"""What the documents name exists: modules, names, commands, options, paths, error codes, links. Numbers are true."""

import ast
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

import msgspec
import pytest

from matinee.errors import ERRORS_BY_CODE

ROOT = Path(__file__).parents[2]
PAGES = [*sorted((ROOT / "docs").glob("*.md")), ROOT / "CHANGELOG.md"]
EXAMPLES = [it for page in PAGES for it in re.findall(r"(?ms)^```python\n(.*?)^```", page.read_text())]
ROOMS = ("sdk", "player", "backend", "edge_node")
FOLDERS = (*ROOMS, "tests", "benchmarks", "docs")
MOST_COLUMNS = 120

PROGRAMS = {"matinee-backend": "matinee_backend", "matinee-edge": "matinee_edge"}
FOREIGN = {"curl", "Retry-After", "backup", "copy"}
"""Words in backticks that belong to somebody else."""
UNITS_MS = {"ms": 1, "s": 1_000, "min": 60_000, "h": 3_600_000}
UNITS_BYTES = {"KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}

_DOTTED = re.compile(r"matinee(?:_\w+)?(?:\.\w+)+")
_WORD = re.compile(r"[A-Za-z_][\w-]*")
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_VALUE_ROW = re.compile(r"\| [^|]+ \| ([0-9][0-9 ]*?)(?: (ms|s|min|h|KiB|MiB|GiB))? \| `([\w.]+)` \|")
_CODE_ROW = re.compile(r"\| `([a-z-]+)` \|")


class Snippet(NamedTuple):
    """Something in backticks, or a line of a code block."""

    where: str
    """`page:line`, for the one who must mend it."""
    text: str
    is_block: bool


def test_dotted_names_lead_to_something() -> None:
    none_such([f"{it.where}: {it.text}" for it in inline() if _DOTTED.fullmatch(it.text) and not exists(it.text)])


def test_paths_in_the_repository_exist() -> None:
    none_such([f"{it.where}: {it.text}" for it in inline() if is_path(it.text) and not (ROOT / it.text).exists()])


def test_commands_and_their_options_exist() -> None:
    none_such([f"{it.where}: {fault}" for it in snippets() for fault in command_faults(it.text)])


def test_options_named_alone_exist() -> None:
    known = {option for package in packages() for option in options_of(package)}
    named = [(it.where, it.text.split()[0]) for it in inline() if it.text.startswith("--")]
    none_such([f"{where}: {option}" for where, option in named if option not in known])


def test_every_other_word_in_backticks_stands_in_the_sources() -> None:
    known = source_words() | FOREIGN
    others = [it for it in inline() if not (_DOTTED.fullmatch(it.text) or is_path(it.text) or program_of(it.text))]
    none_such(
        [
            f"{it.where}: {word} in `{it.text}`"
            for it in others
            for word in _WORD.findall(it.text)
            if len(word) > 2 and word not in known
        ]
    )


def test_the_operators_table_has_every_error_code_and_no_other() -> None:
    table = section("operating.md", "## When something is wrong")
    assert sorted(_CODE_ROW.findall(table)) == sorted(ERRORS_BY_CODE)


def test_numbers_in_the_table_of_limits_are_those_of_the_code() -> None:
    rows = [line for line in section("operating.md", "## Sizes and limits").splitlines() if line.startswith("| ")]
    wrong = []
    for row in rows[2:]:
        found = _VALUE_ROW.fullmatch(row)
        assert found is not None, f"not a row of what, value, where: {row}"
        digits, unit, name = found.groups()
        said, is_so = int(digits.replace(" ", "")) * factor(unit, name), value_of(name)
        if said != is_so:
            wrong.append(f"{name} is {is_so}, the table says {said}")
    assert wrong == [], "\n".join(wrong)


def test_links_lead_somewhere() -> None:
    links = [(page, target) for page in PAGES for target in _LINK.findall(page.read_text()) if "://" not in target]
    none_such([f"{page.name}: {target}" for page, target in links if not leads_somewhere(page, target)])


def test_the_index_lists_every_page() -> None:
    listed = set(_LINK.findall((ROOT / "docs" / "README.md").read_text()))
    assert {page.name for page in (ROOT / "docs").glob("*.md")} - listed == {"README.md"}


def test_the_glossary_explains_each_term_once() -> None:
    terms = re.findall(r"^- (\*\*.+?):", (ROOT / "docs" / "glossary.md").read_text(), re.MULTILINE)
    names = [name for term in terms for name in re.findall(r"\*\*(.+?)\*\*", term)]
    assert [name for name in names if names.count(name) > 1] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_line_is_wider_than_the_code(page: Path) -> None:
    lines = page.read_text().splitlines()
    assert [number for number, line in enumerate(lines, 1) if len(line) > MOST_COLUMNS] == []


@pytest.mark.parametrize("example", EXAMPLES)
def test_what_the_pages_show_as_a_test_passes(example: str) -> None:
    names: dict[str, object] = {}
    exec(example, names)
    stories = [it for name, it in names.items() if name.startswith("test_")]
    assert stories
    for story in stories:
        assert callable(story)
        story()


def none_such(named: list[str]) -> None:
    """Nothing is named that does not exist; the failure lists all of it, one a line."""
    assert not named, "named, but not there:\n" + "\n".join(named)


# What the pages say.


@cache
def snippets() -> tuple[Snippet, ...]:
    return tuple(it for page in PAGES for it in _snippets_of(page))


def inline() -> list[Snippet]:
    return [it for it in snippets() if not it.is_block]


def is_path(text: str) -> bool:
    return text.startswith(tuple(f"{folder}/" for folder in FOLDERS))


def section(page: str, heading: str) -> str:
    """What stands below `heading`, up to the next of its level."""
    return (ROOT / "docs" / page).read_text().partition(f"{heading}\n")[2].partition("\n## ")[0]


def leads_somewhere(page: Path, target: str) -> bool:
    path, _, anchor = target.partition("#")
    file = page.parent / path if path else page
    if not file.exists():
        return False
    headings = re.findall(r"^#+ (.+)$", file.read_text(), re.MULTILINE) if anchor else []
    return not anchor or anchor in [re.sub(r"[^\w\- ]", "", it.lower()).replace(" ", "-") for it in headings]


def _snippets_of(page: Path) -> Iterator[Snippet]:
    is_block = False
    for number, line in enumerate(page.read_text().splitlines(), 1):
        where = f"{page.name}:{number}"
        if line.startswith("```"):
            is_block = not is_block
        elif is_block:
            yield Snippet(where, line, is_block=True)
        else:
            yield from (Snippet(where, text, is_block=False) for text in re.findall(r"`([^`]+)`", line))


# What the sources have.


def exists(dotted: str) -> bool:
    try:
        resolved(dotted)
    except (AttributeError, ModuleNotFoundError):
        return False
    return True


def resolved(dotted: str) -> object:
    """The module, or what a module holds under that name."""
    parts = dotted.split(".")
    found: object = import_module(parts[0])
    for depth, part in enumerate(parts[1:], 2):
        if isinstance(found, ModuleType) and not hasattr(found, part):
            found = import_module(".".join(parts[:depth]))
        else:
            found = getattr(found, part)
    return found


def value_of(dotted: str) -> object:
    """A constant, or the default of a setting."""
    owner_name, _, name = dotted.rpartition(".")
    owner = resolved(owner_name)
    if isinstance(owner, type) and issubclass(owner, msgspec.Struct):
        return next(field.default for field in msgspec.structs.fields(owner) if field.name == name)
    return getattr(owner, name)


def factor(unit: str | None, name: str) -> int:
    """What one of the unit is, in the unit that the name says."""
    if unit in UNITS_BYTES:
        return UNITS_BYTES[unit]
    if unit is None:
        return 1
    return UNITS_MS[unit] if name.lower().endswith("_ms") else UNITS_MS[unit] // 1000


def program_of(line: str) -> str | None:
    """The package whose command the line is; None if it is none."""
    words = line.split("#")[0].split()
    if not words:
        return None
    if words[0] == "matinee" and len(words) > 1:
        return commands().get(words[1], "")
    return PROGRAMS.get(words[0])


def command_faults(line: str) -> list[str]:
    """What is wrong with a command line; nothing if it is none."""
    package, words = program_of(line), line.split("#")[0].split()
    if words[:1] == ["make"] and len(words) > 1:
        return [] if words[1] in make_targets() else [f"`make {words[1]}` does not exist"]
    if package is None:
        return []
    if package == "":
        return [f"`matinee {words[1]}` is no command"]
    unknown = [word for word in words if word.startswith("--") and word not in options_of(package)]
    if words[0] == "matinee-backend" and len(words) > 1 and words[1] not in constants_of(package):
        unknown.append(words[1])
    return [f"{words[0]} knows no {word}" for word in unknown]


@cache
def commands() -> dict[str, str]:
    """The package behind each command of `matinee`."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    entries = settings["project"]["entry-points"]["matinee.commands"]
    return {name: target.partition(".")[0] for name, target in entries.items()}


@cache
def make_targets() -> frozenset[str]:
    return frozenset(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def packages() -> list[Path]:
    return [path.parent for room in ROOMS for path in sorted((ROOT / room).glob("*/__init__.py"))]


def options_of(package: str | Path) -> frozenset[str]:
    return frozenset(it for it in constants_of(Path(package).name) if it.startswith("--")) | {"--help"}


@cache
def constants_of(package: str) -> frozenset[str]:
    """Every string constant in the package's sources."""
    [folder] = [path for path in packages() if path.name == package]
    trees = [ast.parse(path.read_text()) for path in folder.rglob("*.py")]
    nodes = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    return frozenset(node.value for node in nodes if isinstance(node.value, str))


@cache
def source_words() -> frozenset[str]:
    files = [path for room in (*ROOMS, "benchmarks") for path in (ROOT / room).rglob("*.py")]
    texts = [path.read_text() for path in (*files, ROOT / "Makefile", ROOT / "pyproject.toml")]
    return frozenset(word for text in texts for word in _WORD.findall(text))
