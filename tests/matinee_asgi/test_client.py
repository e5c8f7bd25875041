"""Where a request comes from."""

from collections.abc import Sequence

import pytest
from starlette.requests import Request

from matinee.errors import SettingsInvalid
from matinee_asgi.client import client_behind


def client_of(proxies: Sequence[str], *forwarded: str, peer: str | None = "10.0.0.1") -> str:
    headers = [(b"x-forwarded-for", text.encode()) for text in forwarded]
    client = None if peer is None else (peer, 1)
    return client_behind(proxies)(Request({"type": "http", "headers": headers, "client": client}))


def test_nobody_is_believed_unless_it_is_said_so() -> None:
    assert client_of((), "192.0.2.1") == "10.0.0.1"
    assert client_of(("172.16.0.0/12",), "192.0.2.1") == "10.0.0.1"


def test_of_what_trusted_proxies_say_the_last_address_that_is_none_of_them_counts() -> None:
    proxies = ("10.0.0.0/8",)
    assert client_of(proxies, "192.0.2.1") == "192.0.2.1"
    assert client_of(proxies, "198.51.100.9, 192.0.2.1, 10.0.0.7") == "192.0.2.1"
    assert client_of(proxies, "198.51.100.9", "192.0.2.1") == "192.0.2.1"
    assert client_of(proxies, "10.0.0.9, 10.0.0.7") == "10.0.0.9"
    assert client_of(proxies) == "10.0.0.1"


def test_nonsense_in_the_header_is_nobodys_address() -> None:
    assert client_of(("10.0.0.0/8",), "192.0.2.1, nonsense") == "nonsense"
    assert client_of(("10.0.0.0/8",), "") == "10.0.0.1"


def test_a_connection_without_an_address_has_none() -> None:
    assert client_of((), peer=None) == ""
    assert client_of(("10.0.0.0/8",), "192.0.2.1", peer=None) == ""


def test_a_proxy_that_is_no_subnet_is_refused_at_the_start() -> None:
    with pytest.raises(SettingsInvalid):
        client_behind(["10.0.0.1/8"])
