"""Hints: what the kernel knows of a connection, told to players (CTA-5006, Common Media Server Data)."""

import socket
import struct

HINT_BYTES = 128 << 10
"""An answer shorter than this is not worth a system call more."""
MEASURED_BYTES = 256 << 10
"""Of a connection's data the client has acknowledged so much, or the rate says nothing yet."""

# Linux, include/uapi/linux/tcp.h: is the rate limited by us, rtt (us), bytes acknowledged, delivery rate (bytes/s).
_INFO = struct.Struct("=7xB60xI48xQ32xQ")
_TCP_INFO = getattr(socket, "TCP_INFO", None)


def cmsd_of(sock: socket.socket, *, server: str, is_in_duress: bool) -> bytes:
    """The header field; without figures where the kernel tells none.

    `etp`: kbps, as the kernel estimates what this client can take; only once it had enough to do. `rtt`: ms.
    """
    told = f'"{server}"'
    if is_in_duress:
        told += ";du"
    info = _info(sock)
    if info is not None:
        limited, rtt_us, acknowledged_bytes, rate = info
        if rate and not limited & 1 and acknowledged_bytes >= MEASURED_BYTES:
            told += f";etp={rate * 8 // 1000}"
        told += f";rtt={max(1, rtt_us // 1000)}"
    return f"CMSD-Dynamic: {told}\r\n".encode("ascii")


def _info(sock: socket.socket) -> tuple[int, int, int, int] | None:
    if _TCP_INFO is None:
        return None
    try:
        raw = sock.getsockopt(socket.IPPROTO_TCP, _TCP_INFO, _INFO.size)
    except OSError:
        return None
    if len(raw) < _INFO.size:
        return None
    limited, rtt_us, acknowledged_bytes, rate = _INFO.unpack(raw)
    return limited, rtt_us, acknowledged_bytes, rate
