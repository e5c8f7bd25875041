"""`matinee steer`: asks a control plane where a client would be sent for a title, and why."""

import argparse
import asyncio
import sys
from urllib.parse import urlencode

import msgspec

from matinee_backend.operator import add_options, ask
from matinee_backend.services.steering.explanation import Explanation, table


def steer(argv: list[str]) -> int:
    """Prints the explanation; 0 if somebody can serve, else 1."""
    parser = argparse.ArgumentParser(prog="matinee steer", description="Why a session is sent where it is sent.")
    parser.add_argument("--explain", action="store_true", required=True, help="explain one ranking")
    parser.add_argument("--client", required=True, metavar="ADDRESS", help="the client's address")
    parser.add_argument("--title", required=True, metavar="ID")
    parser.add_argument("--session", default="explained", metavar="ID", help="each has an order of its own")
    add_options(parser)
    given = parser.parse_args(argv)
    query = urlencode({"client": given.client, "title": given.title, "session": given.session})
    explanation = asyncio.run(ask(given, f"/v1/explanations/steering?{query}", Explanation))
    sys.stdout.write((msgspec.json.encode(explanation).decode() if given.json else table(explanation)) + "\n")
    return 0 if explanation.places else 1
