"""Run by `.ci/run` inside an environment that holds the wheel without extras: what it brought, and what it loads."""

import sys
from importlib.metadata import distributions, requires

ALLOWED_ROOTS = {"aiohttp", "msgspec", "pycryptodome"}
INSTALLERS = {"pip", "setuptools"}
PURE = (
    "matinee.policy.abr",
    "matinee.core.playback",
    "matinee.manifest.dash.mpd",
    "matinee.wire.play",
    "matinee.errors",
)


def main() -> None:
    """Exits with a sentence for the first thing that should not be there."""
    installed = {normal(it.metadata["Name"]) for it in distributions()} - INSTALLERS - {"matinee"}
    if installed != wanted_by(ALLOWED_ROOTS):
        sys.exit(f"The wheel brought {sorted(installed)}, not {sorted(wanted_by(ALLOWED_ROOTS))}.")
    for module in PURE:
        __import__(module)
    if heavy := {"aiohttp", "asyncio", "Crypto", "av", "numpy"} & set(sys.modules):
        sys.exit(f"The pure half loads {sorted(heavy)}.")
    import matinee

    if matinee.Client.__module__ != "matinee.runtime.client":
        sys.exit("matinee.Client is not the client.")
    sys.stdout.write(f"The wheel brings {', '.join(sorted(installed))}; the pure half loads none of it.\n")


def wanted_by(roots: set[str]) -> set[str]:
    """`roots` and all that they need here, without their extras."""
    wanted, waiting = set[str](), set(roots)
    while waiting:
        name = waiting.pop()
        wanted.add(name)
        needed = (line.partition(";") for line in requires(name) or ())
        names = {normal(spec) for spec, _, marker in needed if "extra" not in marker}
        waiting |= {it for it in names if it not in wanted and is_installed(it)}
    return wanted


def is_installed(name: str) -> bool:
    return any(normal(it.metadata["Name"]) == name for it in distributions())


def normal(requirement: str) -> str:
    """The distribution's name in a requirement, as registries compare names."""
    end = next((at for at, letter in enumerate(requirement) if not (letter.isalnum() or letter in "-_.")), None)
    return requirement[:end].lower().replace("_", "-").replace(".", "-")


if __name__ == "__main__":
    main()
