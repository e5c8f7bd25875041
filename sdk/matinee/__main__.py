"""The `matinee` command: finds its commands among the installed programs and runs one of them."""

import sys
from importlib.metadata import EntryPoint, entry_points

from matinee.errors import MatineeError

_GROUP = "matinee.commands"


def main() -> int:
    """Runs `matinee COMMAND ...`; the exit status is the command's own."""
    commands = {entry.name: entry for entry in entry_points(group=_GROUP)}
    name = sys.argv[1] if len(sys.argv) > 1 else "--help"
    if name in commands:
        return _run(commands[name], sys.argv[2:])
    asked_for_help = name in ("-h", "--help", "help")
    print(f"usage: matinee {{{','.join(sorted(commands))}}} ...", file=sys.stdout if asked_for_help else sys.stderr)
    return 0 if asked_for_help else 2


def _run(command: EntryPoint, argv: list[str]) -> int:
    try:
        carry_out = command.load()
    except ModuleNotFoundError as error:
        print(
            f"matinee {command.name} needs {error.name}, which is not installed. Install matinee[all].", file=sys.stderr
        )
        return 2
    try:
        status: int = carry_out(argv)
    except MatineeError as error:
        print(f"matinee {command.name}: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return status


if __name__ == "__main__":
    sys.exit(main())
