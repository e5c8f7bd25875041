"""Logging in: one answer for every refusal, in one time, and never on the event loop."""

import asyncio
import secrets

from matinee.clock import Clock
from matinee.crypto.passwords import is_password, unknown_password_hash
from matinee.crypto.tokens import SigningKey
from matinee.errors import LoginRefused, ServiceUnavailable
from matinee.wire.auth import Login, LoginRequest
from matinee_backend.ports import MemberStore
from matinee_backend.records import Account, Device
from matinee_backend.services.auth.rules import access_claims, check_login, normal_email
from matinee_backend.services.auth.tries import TryLimiter
from matinee_backend.services.members.rules import listed
from matinee_backend.settings import AuthSettings

_CHECK_MS = 250
"""What one password check takes: how long those are told to wait who find all checkers busy."""


class LoginDesk:
    """Turns an e-mail address, a password and a device into a session."""

    def __init__(
        self,
        *,
        members: MemberStore,
        key: SigningKey,
        service_keys: dict[str, str],
        clock: Clock,
        settings: AuthSettings,
    ) -> None:
        self._members = members
        self._key = key
        self._service_keys = service_keys
        self._clock = clock
        self._settings = settings
        self._tries = TryLimiter(settings)
        self._checkers = asyncio.Semaphore(settings.max_checks)
        self._checking = 0
        self._nobodys_hash = unknown_password_hash()
        """Checked when there is no such account, so that finding none takes as long."""

    async def log_in(self, request: LoginRequest, *, address: str) -> Login:
        """A session on a registered device.

        Raises: RequestInvalid, LoginRefused (the same for an unknown account and a wrong password), and
        ServiceUnavailable with a wait for too many tries.
        """
        check_login(request)
        email = normal_email(request.email)
        if wait_ms := self._tries.wait_ms((email, address), now_ms=self._clock.now_ms()):
            raise ServiceUnavailable("Too many logins were tried for this account.", retry_after_ms=wait_ms)
        account = await self._members.account_of(email)
        stored = self._nobodys_hash if account is None else account.password_hash
        fits = await self._fits(request.password, stored)
        if account is None or not fits:
            raise LoginRefused("No account has this e-mail address and password.")
        self._tries.forgive((email, address))
        return await self._session(account, request)

    async def _fits(self, password: str, stored: str) -> bool:
        if self._checking >= self._settings.max_checks + self._settings.max_checks_waiting:
            wait_ms = self._checking * _CHECK_MS // self._settings.max_checks
            raise ServiceUnavailable("Too many people are logging in.", retry_after_ms=wait_ms)
        self._checking += 1
        try:
            async with self._checkers:
                return await asyncio.to_thread(is_password, password, stored=stored)
        finally:
            self._checking -= 1

    async def _session(self, account: Account, request: LoginRequest) -> Login:
        wall_ms = self._clock.wall_ms()
        device = await self._members.register_device(
            Device(
                device_id=secrets.token_urlsafe(16),
                account_id=account.account_id,
                name=request.device.name,
                agreement_key=request.device.agreement_key,
                signing_key=request.device.signing_key,
                registered_wall_ms=wall_ms,
            ),
            keep=self._settings.max_devices,
        )
        profiles = await self._members.profiles(account.account_id)
        claims = access_claims(account, device, wall_ms=wall_ms, lifetime_ms=self._settings.access_lifetime_ms)
        return Login(
            access_token=self._key.sign(claims),
            expires_wall_ms=claims.exp_wall_ms,
            account_id=account.account_id,
            device_id=device.device_id,
            profiles=listed(profiles),
            service_keys=self._service_keys,
        )
