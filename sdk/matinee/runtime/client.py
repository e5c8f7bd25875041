"""The client: a device at our own backend. Log in, browse, press play."""

from collections.abc import Callable
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path
from types import TracebackType

from matinee.crypto.tokens import TrustedKeys, encode_base64url
from matinee.errors import NetworkUnreachable, SessionExpired
from matinee.policy.custom import Policies
from matinee.policy.settings import PlayerSettings
from matinee.runtime.courier import Courier
from matinee.runtime.device import Device
from matinee.runtime.filters import FilteredNetwork, Filters
from matinee.runtime.http import FetchFailure, Http, Network, Request
from matinee.runtime.journal import FileJournal, Journal
from matinee.runtime.player import Player
from matinee.runtime.reporter import Reporter
from matinee.runtime.service import Service
from matinee.runtime.source import Source, TitleSource
from matinee.wire.auth import DeviceRegistration, Login, LoginRequest, Profile
from matinee.wire.catalog import CatalogItem, Homepage
from matinee.wire.play import PlayReply, PlayRequest

MOST_IMAGE_BYTES = 8 << 20
_IMAGE_DEADLINE_MS = 5_000


class Client:
    """One device at one service. Every method that asks the service raises the typed error that it answers."""

    def __init__(
        self,
        url: str,
        *,
        device_store: Path | None = None,
        device_name: str = "Matinee player",
        settings: PlayerSettings | None = None,
        policies: Policies | None = None,
        filters: Filters | None = None,
        http: Network | None = None,
        journal_of: Callable[[str], Journal | None] | None = None,
    ) -> None:
        """`url`: the control plane. `device_store`: the file that keeps this device's key and logins (mode 0600);
        without it both are gone when the process ends. `policies`: for every player that it makes. `filters`: for
        every request, those of its players included. `http`: the network to use; by default this machine's.
        `journal_of`: makes what keeps the telemetry of an account until it is delivered; by default files beside
        `device_store`, without it memory."""
        self._settings = settings or PlayerSettings()
        self._device = Device(device_store)
        self._device_name = device_name
        self._own_http = Http()
        self._has_own_http = http is None
        self._http: Network = http or self._own_http
        if filters is not None:
            self._http = FilteredNetwork(self._http, filters)
        self._policies = policies
        self._service = Service(url, self._http, retry=self._settings.retry)
        self._journal_of = journal_of or partial(_journal_beside, device_store)
        self._login: Login | None = None
        self._courier: Courier | None = None
        self._stack = AsyncExitStack()

    @property
    def is_logged_in(self) -> bool:
        """Whether a login is at hand that has not run out."""
        return self._login is not None and self._login.expires_wall_ms > self._http.clock.wall_ms()

    @property
    def profiles(self) -> tuple[Profile, ...]:
        """Of the account; none before login."""
        return self._login.profiles if self._login else ()

    async def login(self, email: str, password: str) -> None:
        """Be a device of that account from now on. Raises LoginRefused."""
        device = DeviceRegistration(
            name=self._device_name,
            agreement_key=self._device.key.public,
            signing_key=encode_base64url(self._device.key.signing_key.public),
        )
        request = LoginRequest(email=email, password=password, device=device)
        login = await self._service.ask("/v1/login", Login, body=request)
        self._device.keep(self._service.url, login)
        self._use(login)

    def log_out(self) -> None:
        """Forget the login; the device's key stays."""
        self._device.forget(self._service.url)
        self._login = None
        self._stop_telling()
        self._service.access_token = ""

    async def homepage(self, profile_id: str = "", *, page: int = 1) -> Homepage:
        """The rows of a profile; of the first profile by default."""
        profile_id = profile_id or self._first_profile_id()
        return await self._service.ask(f"/v1/profiles/{profile_id}/homepage?device=tv&page={page}", Homepage)

    async def title(self, title_id: str) -> CatalogItem:
        """Raises TitleUnknown."""
        return await self._service.ask(f"/v1/titles/{title_id}", CatalogItem)

    async def fetch(self, url: str) -> bytes:
        """An image that the catalog names, of at most `MOST_IMAGE_BYTES`. Raises NetworkUnreachable."""
        request = Request(url=url, most_bytes=MOST_IMAGE_BYTES, deadline_ms=_IMAGE_DEADLINE_MS, request_class="image")
        try:
            answer = await self._http.fetch(request)
        except FetchFailure as failure:
            raise NetworkUnreachable(f"The image cannot be had ({failure.reason}).") from failure
        return answer.body

    def play(
        self,
        title_id: str,
        *,
        profile_id: str = "",
        settings: PlayerSettings | None = None,
        paused: bool = False,
    ) -> Player:
        """A player of the title; entering it presses play. `paused`: as at `Player`.

        Entering raises TitleUnknown, NotEntitled, TooManyStreams, SessionExpired, ServiceUnavailable, ...
        """

        async def opening(http: Network) -> tuple[Source, Reporter | None]:
            login = self._current_login()
            profile = profile_id or self._first_profile_id()
            request = PlayRequest(title_id=title_id, device_id=login.device_id, profile_id=profile)
            reply = await self._service.ask("/v1/play", PlayReply, body=request)
            trusted = TrustedKeys.from_text(login.service_keys)
            source = TitleSource(reply, http, self._service, key=self._device.key, trusted=trusted)
            told = (settings or self._settings).telemetry
            return source, Reporter(reply, profile, self._current_courier(), settings=told)

        return Player(
            opening, settings=settings or self._settings, policies=self._policies, paused=paused, http=self._http
        )

    async def __aenter__(self) -> "Client":
        if self._has_own_http:
            await self._stack.enter_async_context(self._own_http)
        if login := self._device.login_at(self._service.url):
            self._use(login)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop_telling()
        await self._stack.__aexit__(kind, error, trace)

    def _use(self, login: Login) -> None:
        self._login = login
        self._service.access_token = login.access_token
        self._stop_telling()

    def _current_courier(self) -> Courier:
        """That of the account: what is told is told by whoever is logged in."""
        if self._courier is None:
            journal = self._journal_of(self._current_login().account_id)
            self._courier = Courier(self._service, retry=self._settings.retry, journal=journal)
        return self._courier

    def _stop_telling(self) -> None:
        courier, self._courier = self._courier, None
        if courier is not None:
            courier.close()

    def _current_login(self) -> Login:
        if self._login is None:
            raise SessionExpired("Nobody is logged in on this device.")
        return self._login

    def _first_profile_id(self) -> str:
        return self._current_login().profiles[0].profile_id


def _journal_beside(device_store: Path | None, account_id: str) -> Journal | None:
    return None if device_store is None else FileJournal.in_folder(device_store.parent / "telemetry" / account_id)
