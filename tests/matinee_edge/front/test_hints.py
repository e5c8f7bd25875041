"""What the kernel knows of a connection, told as players read it."""

import socket
from contextlib import closing

from matinee.wire.cmsd import read_cmsd
from matinee_edge.front.hints import MEASURED_BYTES, cmsd_of


def pair() -> tuple[socket.socket, socket.socket]:
    """Two ends of a connection over TCP: ours and the client's."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        client = socket.create_connection(server.getsockname())
        return server.accept()[0], client


def value(line: bytes) -> str:
    name, _, rest = line.decode("ascii").partition(": ")
    assert (name, rest[-2:]) == ("CMSD-Dynamic", "\r\n")
    return rest[:-2]


def test_a_new_connection_has_a_round_trip_but_no_rate_yet() -> None:
    ours, client = pair()
    with closing(ours), closing(client):
        said = value(cmsd_of(ours, server="isp-a", is_in_duress=False))
        told = read_cmsd(said)
    assert said.startswith('"isp-a"')
    assert told.round_trip_ms >= 1
    assert (told.throughput_kbps, told.is_in_duress) == (0, False)


def test_a_connection_that_had_enough_to_do_has_a_rate() -> None:
    ours, client = pair()
    with closing(ours), closing(client):
        ours.setblocking(False)
        sent = taken = 0
        while taken < 64 * MEASURED_BYTES:
            try:
                while True:  # until the kernel takes no more: what it holds is what makes the client the limit
                    sent += ours.send(bytes(MEASURED_BYTES))
            except BlockingIOError:
                pass
            taken += len(client.recv(MEASURED_BYTES))
        told = read_cmsd(value(cmsd_of(ours, server="isp-a", is_in_duress=False)))
    assert told.throughput_kbps > 0


def test_a_server_in_duress_says_so() -> None:
    ours, client = pair()
    with closing(ours), closing(client):
        assert read_cmsd(value(cmsd_of(ours, server="isp-a", is_in_duress=True))).is_in_duress


def test_a_socket_that_is_gone_is_no_reason_to_fail() -> None:
    ours, client = pair()
    client.close()
    ours.close()
    assert cmsd_of(ours, server="isp-a", is_in_duress=False) == b'CMSD-Dynamic: "isp-a"\r\n'
