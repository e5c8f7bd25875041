"""The command `matinee plan`: what a roll-out of appliances needs, from a few figures."""

import argparse
import sys
from fractions import Fraction
from pathlib import Path

import msgspec

from matinee.errors import MatineeError, SettingsInvalid
from matinee_edge.planning.findings import findings
from matinee_edge.planning.inputs import INPUTS, Figure, Given, figures_of, region_of
from matinee_edge.planning.plan import Plan, plan_of
from matinee_edge.planning.planfile import MOST_BYTES, regions_in
from matinee_edge.planning.quantities import BARE_UNITS
from matinee_edge.planning.report import report

_ONLY = "region"
"""The name of the one region that options make."""


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """What `--json` prints."""

    plan: Plan
    findings: dict[str, tuple[str, ...]]
    figures: dict[str, tuple[Figure, ...]]


def plan(argv: list[str]) -> int:
    """Prints the plan; 0 if the figures can be read."""
    arguments = _parser().parse_args(argv)
    try:
        given = _given(arguments)
        made = plan_of({name: region_of(figures, name=name) for name, figures in given.items()})
    except MatineeError as error:
        print(f"matinee plan: {error}", file=sys.stderr)
        return 1
    figures = {name: figures_of(each) for name, each in given.items()}
    if arguments.json:
        said = {name: findings(region, figures[name]) for name, region in made.regions.items()}
        document = Document(plan=made, findings=said, figures=figures)
        print(msgspec.json.format(msgspec.json.encode(document, enc_hook=_as_float)).decode())
    else:
        print(report(made, figures))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="matinee plan",
        description="Plan a roll-out of appliances: how many, what their shelves answer, what it costs.",
        epilog="A figure may have a unit: --mbps 5, --mbps '5 Mb/s'. Options count for every region of a file.",
        allow_abbrev=False,
    )
    parser.add_argument("--file", type=Path, metavar="PLAN.toml", help="several regions, a table [regions.NAME] each")
    parser.add_argument("--region", metavar="NAME", help="everything of this one region of the file")
    parser.add_argument("--json", action="store_true", help="for programs")
    for it in INPUTS:
        unit = "N" if it.unit in BARE_UNITS else it.unit
        default = f" (default: {it.default})".replace("%", "%%") if it.default else ""
        parser.add_argument(it.option, dest=it.key, metavar=unit, help=it.meaning + default)
    return parser


def _given(arguments: argparse.Namespace) -> dict[str, dict[str, Given]]:
    options = {it.key: getattr(arguments, it.key) for it in INPUTS}
    said = {key: Given(text, f"--{key.replace('_', '-')}") for key, text in options.items() if text is not None}
    if arguments.file is None:
        return {_ONLY: said}
    regions = {
        name: figures | said for name, figures in regions_in(_read(arguments.file), name=str(arguments.file)).items()
    }
    if arguments.region is None:
        return regions
    if arguments.region not in regions:
        raise SettingsInvalid(f"{arguments.file} has no region {arguments.region!r}; it has {', '.join(regions)}.")
    return {arguments.region: regions[arguments.region]}


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(MOST_BYTES + 1).decode()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsInvalid(f"{path} cannot be read: {error}.") from error


def _as_float(share: Fraction) -> float:
    return float(share)


if __name__ == "__main__":
    sys.exit(plan(sys.argv[1:]))
