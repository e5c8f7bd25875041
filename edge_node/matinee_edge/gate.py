"""The gate: who may fetch what, decided by a signed token without asking anybody."""

import logging
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path

import msgspec

from matinee.clock import Clock
from matinee.crypto.tokens import TrustedKeys
from matinee.errors import NotEntitled, SettingsInvalid, TokenInvalid
from matinee.wire.auth import MediaClaims

log = logging.getLogger("matinee.edge.gate")

MAX_REMEMBERED = 4096
TRUST_EVERY_MS = 1_000
"""How often it is looked whether the trusted keys changed: a withdrawn key is believed no longer than this."""


class Gate:
    """Verifies media tokens, each once: a player shows the same one with every segment."""

    def __init__(
        self,
        trust: Path,
        *,
        clock: Clock,
        release_of: Callable[[str], int] = lambda title_id: 0,
        max_remembered: int = MAX_REMEMBERED,
    ) -> None:
        """`trust`: the public keys, base64url by key id. `release_of`: before which wall_ms no viewer gets a title.

        Raises SettingsInvalid if the keys cannot be read.
        """
        self._release_of = release_of
        self._max_remembered = max_remembered
        self._trust = trust
        self._clock = clock
        self._stamp = _stamp(trust)
        self._keys = read_trust(trust)
        self._checked_ms = clock.now_ms()
        self._verified: OrderedDict[str, MediaClaims] = OrderedDict()

    @property
    def remembered(self) -> int:
        """How many tokens need no verifying again."""
        return len(self._verified)

    def admit(self, token: str, *, title_id: str) -> MediaClaims:
        """What the token says, which covers the title. Raises TokenInvalid, NotEntitled."""
        self._reload_if_changed()
        wall_ms = self._clock.wall_ms()
        claims = self._verified.get(token)
        if claims is None:
            claims = self._keys.verify(token, MediaClaims, wall_ms=wall_ms)
            self._remember(token, claims)
        elif claims.exp_wall_ms <= wall_ms:
            del self._verified[token]
            raise TokenInvalid("A token past its end.", reason="expired")
        if title_id not in claims.titles and "*" not in claims.titles:
            raise NotEntitled(f"The token does not cover title {title_id}.", title_id=title_id)
        # Appliances, whose tokens cover all titles, fetch a title before its release.
        if (wait_ms := self._release_of(title_id) - wall_ms) > 0 and "*" not in claims.titles:
            facts = {"title_id": title_id, "reason": "not-yet", "retry_after_ms": wait_ms}
            raise NotEntitled(f"Title {title_id} is not out yet.", **facts)
        return claims

    def _remember(self, token: str, claims: MediaClaims) -> None:
        self._verified[token] = claims
        if len(self._verified) > self._max_remembered:
            self._verified.popitem(last=False)

    def _reload_if_changed(self) -> None:
        now_ms = self._clock.now_ms()
        if now_ms - self._checked_ms < TRUST_EVERY_MS:
            return
        self._checked_ms = now_ms
        stamp = _stamp(self._trust)
        if stamp == self._stamp:
            return
        self._stamp = stamp
        try:
            self._keys = read_trust(self._trust)
        except SettingsInvalid as error:
            log.warning("the keys trusted so far stay: %s", error)
            return
        # Some may have been signed by a key that is trusted no longer.
        self._verified.clear()
        log.info("trusted keys read again")


def read_trust(path: Path) -> TrustedKeys:
    """The keys in the file. Raises SettingsInvalid."""
    try:
        return TrustedKeys.from_text(msgspec.json.decode(path.read_bytes(), type=dict[str, str]))
    except OSError as error:
        raise SettingsInvalid(f"Trusted keys {path.name}: {error.strerror}.", path=str(path)) from error
    except (msgspec.DecodeError, UnicodeDecodeError, TokenInvalid) as error:
        raise SettingsInvalid(f"{path.name} does not hold public keys by key id.", path=str(path)) from error


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_ino, status.st_size, status.st_mtime_ns
