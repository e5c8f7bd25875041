"""Who speaks: the bearer token of a request, verified without asking anybody."""

from collections import OrderedDict
from dataclasses import dataclass, field

from starlette.requests import Request

from matinee.clock import Clock
from matinee.crypto.tokens import TrustedKeys
from matinee.errors import SessionExpired, TokenInvalid
from matinee.wire.auth import AccessClaims

MOST_REMEMBERED = 65_536
"""Tokens; the least recently shown are verified again."""


@dataclass(frozen=True, kw_only=True)
class BearerCheck:
    """Whom the service believes, and what time it is. A token is verified once: a signature costs most of a request."""

    keys: TrustedKeys
    clock: Clock
    _verified: OrderedDict[str, AccessClaims] = field(default_factory=OrderedDict, init=False, repr=False)

    def member(self, request: Request) -> AccessClaims:
        """The member's claims. Raises SessionExpired past the token's end, else TokenInvalid with its `reason`."""
        try:
            return self._claims(request, role="member")
        except TokenInvalid as error:
            if error.facts.get("reason") != "expired":
                raise
            raise SessionExpired("The session is over.") from error

    def appliance(self, request: Request, appliance_id: str) -> AccessClaims:
        """The claims of the appliance of this name. Raises TokenInvalid with its `reason` for anybody else."""
        claims = self._claims(request, role="appliance")
        if claims.sub != f"appliance:{appliance_id}":
            raise TokenInvalid(f"A token that does not speak for the appliance {appliance_id}.", reason="wrong-claims")
        return claims

    def operator(self, request: Request) -> AccessClaims:
        """An operator's claims. Raises TokenInvalid with its `reason` for anybody else."""
        return self._claims(request, role="operator")

    def _claims(self, request: Request, *, role: str) -> AccessClaims:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise TokenInvalid("A request without a bearer token.", reason="missing")
        claims = self._claims_of(token.strip())
        if claims.role != role:
            raise TokenInvalid(f"A token of the role {claims.role}, not {role}.", reason="wrong-claims")
        return claims

    def _claims_of(self, token: str) -> AccessClaims:
        wall_ms = self.clock.wall_ms()
        claims = self._verified.get(token)
        if claims is None or claims.exp_wall_ms <= wall_ms:
            claims = self._verified[token] = self.keys.verify(token, AccessClaims, wall_ms=wall_ms)
            if len(self._verified) > MOST_REMEMBERED:
                self._verified.popitem(last=False)
        self._verified.move_to_end(token)
        return claims
