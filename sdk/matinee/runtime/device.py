"""The device: its key, and who is logged in on it; one file that only its owner reads."""

from pathlib import Path

import msgspec

from matinee.crypto.agreement import AgreementKey
from matinee.crypto.tokens import decode_base64url, encode_base64url
from matinee.errors import SettingsInvalid
from matinee.files import write_whole
from matinee.wire.auth import Login


class _Kept(msgspec.Struct, kw_only=True):
    agreement_seed: str
    logins: dict[str, Login] = {}
    """By the service's URL."""


class Device:
    """What a device keeps between runs; without a path, only as long as the process lives."""

    def __init__(self, path: Path | None = None) -> None:
        """Raises SettingsInvalid if the file is there but is no device file."""
        self._path = path
        self._kept = self._read() or _Kept(agreement_seed=encode_base64url(AgreementKey.generate().seed))
        self.key: AgreementKey = AgreementKey(decode_base64url(self._kept.agreement_seed))

    def login_at(self, service_url: str) -> Login | None:
        """The login kept for that service, expired or not."""
        return self._kept.logins.get(service_url)

    def keep(self, service_url: str, login: Login) -> None:
        """Remember the login; on disk before this returns."""
        self._kept.logins[service_url] = login
        self._write()

    def forget(self, service_url: str) -> None:
        if self._kept.logins.pop(service_url, None):
            self._write()

    def _read(self) -> _Kept | None:
        if self._path is None or not self._path.exists():
            return None
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=_Kept)
        except (msgspec.DecodeError, UnicodeDecodeError, OSError) as error:
            raise SettingsInvalid(f"{self._path} is not a device file; remove it to begin anew.") from error

    def _write(self) -> None:
        if self._path is None:
            return
        write_whole(self._path, msgspec.json.encode(self._kept), mode=0o600)
