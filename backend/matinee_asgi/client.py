"""Where a request comes from: its connection, or what a proxy that is trusted says of it."""

from collections.abc import Callable, Iterable
from ipaddress import ip_address, ip_network

from starlette.requests import Request

from matinee.errors import SettingsInvalid

MOST_HOPS = 8


def client_behind(proxies: Iterable[str]) -> Callable[[Request], str]:
    """What tells the address of a request's client; empty where there is none.

    Of `X-Forwarded-For` the last address that is no trusted proxy counts: what stands before it, anybody may have
    written. Raises SettingsInvalid for a proxy that is no subnet.
    """
    try:
        trusted = [ip_network(it) for it in proxies]
    except ValueError as error:
        raise SettingsInvalid(f"A trusted proxy is no subnet: {error}.") from error

    def is_trusted(address: str) -> bool:
        try:
            found = ip_address(address)
        except ValueError:
            return False
        return any(found in it for it in trusted)

    def client_of(request: Request) -> str:
        address = request.client.host if request.client else ""
        if not trusted or not is_trusted(address):
            return address
        hops = ",".join(request.headers.getlist("x-forwarded-for")).split(",")[-MOST_HOPS:]
        for hop in reversed([it.strip() for it in hops]):
            if not hop:
                break
            address = hop
            if not is_trusted(hop):
                break
        return address

    return client_of
