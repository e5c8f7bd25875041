"""`python -m matinee_edge`: one appliance, until it is told to stop."""

import argparse
import random
import resource
import sys
from pathlib import Path
from typing import Any, get_args

import msgspec

from matinee.errors import MatineeError, SettingsInvalid
from matinee.wire.ids import ApplianceId
from matinee.wire.steering import MOST_SUBNETS, PlaceName, Subnet
from matinee_asgi.logs import log_to_stderr
from matinee_edge.fill.windows import known_zone
from matinee_edge.serving import serve
from matinee_edge.settings import EdgeSettings, Kind

SPARE_DESCRIPTORS = 4096
"""For files that are sent but not kept open any more, and for fetches."""


def main(argv: list[str] | None = None) -> int:
    """Serve until SIGINT or SIGTERM. 0 after an orderly stop, 1 with one line on stderr otherwise."""
    try:
        settings = parsed(sys.argv[1:] if argv is None else argv)
        log_to_stderr()
        _allow_descriptors(settings.max_connections + settings.max_open_files + SPARE_DESCRIPTORS)
        serve(settings, draw=_drawn)
    except MatineeError as error:
        print(f"matinee-edge: {error}", file=sys.stderr)
        return 1
    return 0


def parsed(argv: list[str]) -> EdgeSettings:
    """The settings that the arguments name. Raises SettingsInvalid; exits for `--help` and unknown arguments."""
    parser = argparse.ArgumentParser(prog="matinee-edge", allow_abbrev=False)
    parser.add_argument("--name", required=True, help="its id, also as a steering pathway")
    parser.add_argument("--kind", required=True, choices=get_args(Kind))
    parser.add_argument("--shelf", required=True, type=Path, help="the folder of titles")
    parser.add_argument("--trust", required=True, type=Path, help="the public keys of tokens")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", default=0, type=int, help="0: the kernel chooses (default)")
    parser.add_argument("--ready-file", type=Path, help="written once it listens, removed at the end")
    parser.add_argument("--public-url", help="where clients reach it, if not where it listens")
    parser.add_argument("--parent", help="the appliance to fill from")
    parser.add_argument("--shelf-bytes", default=1 << 40, type=int, help="room for titles (default: 1 TiB)")
    parser.add_argument("--time-zone", default="UTC", metavar="NAME", help="where it stands, as Europe/Berlin")
    parser.add_argument("--fill-at-once", action="store_true", help="fill at any hour")
    parser.add_argument("--control", help="the control plane")
    parser.add_argument("--site", default="", help="the building that it stands in")
    parser.add_argument("--cluster", default="", help="sites that help one another out")
    parser.add_argument("--region", default="", help="whose exchanges stand behind it")
    parser.add_argument(
        "--subnet", action="append", default=[], dest="subnets", metavar="PREFIX", help="clients it is near to; repeat"
    )
    parser.add_argument("--link-kbps", default=0, type=int, help="what its link carries (default: unknown)")
    parser.add_argument("--max-connections", default=2048, type=int, help="at the same time (default: %(default)s)")
    parser.add_argument("--media-token-file", type=Path, help="holds the token for the parent")
    parser.add_argument("--control-token-file", type=Path, help="holds the token for the control plane")
    parser.add_argument("--tls-certificate", type=Path, help="PEM file: TLS 1.3 is spoken")
    parser.add_argument("--tls-key", type=Path, help="PEM file: the key of the certificate")
    parser.add_argument("--workers", default=1, type=int, help="processes on the port (default: 1)")
    parser.add_argument("--access-log", action="store_true", help="a line for each request")
    given = vars(parser.parse_args(argv))
    settings = EdgeSettings(**given | {"subnets": tuple(given["subnets"])})
    _check(settings)
    return settings


def _check(settings: EdgeSettings) -> None:
    if not _fits(settings.name, ApplianceId):
        raise SettingsInvalid("--name takes lower-case letters, digits and inner dashes.")
    for option, name in (("--site", settings.site), ("--cluster", settings.cluster), ("--region", settings.region)):
        if not _fits(name, PlaceName):
            raise SettingsInvalid(f"{option} takes lower-case letters, digits and dashes.")
    if not all(_fits(subnet, Subnet) for subnet in settings.subnets) or len(settings.subnets) > MOST_SUBNETS:
        raise SettingsInvalid(f"--subnet takes a prefix such as 10.0.0.0/8, {MOST_SUBNETS} times at most.")
    if settings.link_kbps < 0:
        raise SettingsInvalid("--link-kbps takes a rate.")
    if settings.max_connections < 1:
        raise SettingsInvalid("--max-connections takes a number above 0.")
    for option, url in (
        ("--parent", settings.parent),
        ("--control", settings.control),
        ("--public-url", settings.public_url),
    ):
        if url is not None and not url.startswith(("http://", "https://")):
            raise SettingsInvalid(f"{option} takes a URL that begins with http:// or https://.")
    if settings.kind == "origin" and settings.parent is not None:
        raise SettingsInvalid("An origin has no --parent.")
    if settings.parent is not None and settings.media_token_file is None:
        raise SettingsInvalid("--parent needs --media-token-file.")
    if settings.control is not None and settings.control_token_file is None:
        raise SettingsInvalid("--control needs --control-token-file.")
    if (settings.tls_certificate is None) != (settings.tls_key is None):
        raise SettingsInvalid("--tls-certificate and --tls-key go together.")
    if not 1 <= settings.workers <= 256:
        raise SettingsInvalid("--workers takes 1 to 256.")
    known_zone(settings.time_zone)
    if not 0 < settings.shelf_bytes < 1 << 53:
        raise SettingsInvalid("--shelf-bytes takes a number of bytes.")
    if not 0 <= settings.port < 1 << 16:
        raise SettingsInvalid("--port takes 0 to 65535.")


def _fits(text: str, kind: Any) -> bool:
    try:
        msgspec.convert(text, kind)
    except msgspec.ValidationError:
        return False
    return True


def _drawn() -> int:
    return random.SystemRandom().randrange(1 << 30)


def _allow_descriptors(wanted: int) -> None:
    """Each connection and each open file takes one; the usual soft limit of 1024 is soon reached."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    granted = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < granted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (granted, hard))


if __name__ == "__main__":
    sys.exit(main())
