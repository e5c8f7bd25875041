"""How fast a fill may go: a bucket of bytes that fills at a rate. Pure."""

BURST_MS = 1_000
"""What an idle bucket keeps is worth so much time."""


class Allowance:
    """Bytes may be spent while any are left, beyond what is left too: a large file is then waited for afterwards."""

    def __init__(self, rate_kbps: int, *, now_ms: int) -> None:
        """`rate_kbps`: 0 sets no limit."""
        self._rate_kbps = rate_kbps
        # A kbps is a bit in a millisecond: counted in bits, nothing is ever rounded.
        self._left_bits = rate_kbps * BURST_MS
        self._at_ms = now_ms

    def spend(self, size_bytes: int) -> None:
        self._left_bits -= size_bytes * 8

    def wait_ms(self, now_ms: int) -> int:
        """Until something may be spent again; 0: now."""
        if not self._rate_kbps:
            return 0
        grown_bits = max(0, now_ms - self._at_ms) * self._rate_kbps
        self._left_bits = min(self._left_bits + grown_bits, self._rate_kbps * BURST_MS)
        self._at_ms = now_ms
        return 0 if self._left_bits > 0 else -self._left_bits // self._rate_kbps + 1
