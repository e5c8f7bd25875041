"""Tickets: the media tokens that sessions show with every question, each verified once.

A signature costs a hundred times what the decision does.
"""

from collections import OrderedDict

from matinee.clock import Clock
from matinee.crypto.tokens import TrustedKeys
from matinee.errors import TokenInvalid
from matinee.wire.auth import MediaClaims

MOST_REMEMBERED = 65_536
"""The least recently shown are verified again."""


class Tickets:
    def __init__(self, keys: TrustedKeys, *, clock: Clock, most: int = MOST_REMEMBERED) -> None:
        self._keys = keys
        self._clock = clock
        self._most = most
        self._verified: OrderedDict[str, MediaClaims] = OrderedDict()

    def claims(self, token: str, *, session_id: str) -> MediaClaims:
        """What the token says, which is of this session and of one title. Raises TokenInvalid with its `reason`."""
        wall_ms = self._clock.wall_ms()
        claims = self._verified.get(token)
        if claims is None or claims.exp_wall_ms <= wall_ms:
            claims = self._keys.verify(token, MediaClaims, wall_ms=wall_ms)
            self._verified[token] = claims
            if len(self._verified) > self._most:
                self._verified.popitem(last=False)
        self._verified.move_to_end(token)
        if claims.sub != session_id or len(claims.titles) != 1:
            raise TokenInvalid("A token that is not of this session.", reason="wrong-claims")
        return claims
