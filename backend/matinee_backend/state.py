"""The state folder: where everything lies, and reading and writing its small files whole."""

import json
from dataclasses import dataclass
from pathlib import Path

from matinee.crypto.tokens import SigningKey, TrustedKeys
from matinee.errors import SettingsInvalid, TokenInvalid


@dataclass(frozen=True)
class StateFolder:
    """The paths of one installation."""

    root: Path

    @property
    def secrets(self) -> Path:
        return self.root / "secrets"

    @property
    def tokens(self) -> Path:
        return self.secrets / "tokens"

    @property
    def operator_token(self) -> Path:
        """By which whoever may read the secrets asks the control plane for explanations."""
        return self.secrets / "operator.token"

    @property
    def demo_account(self) -> Path:
        return self.secrets / "demo-account.json"

    @property
    def media(self) -> Path:
        return self.root / "media"

    @property
    def keys(self) -> Path:
        return self.root / "keys"

    @property
    def control(self) -> Path:
        return self.root / "control"

    @property
    def database(self) -> Path:
        return self.control / "matinee.sqlite"

    @property
    def events(self) -> Path:
        return self.control / "events"

    @property
    def master_key_file(self) -> Path:
        return self.secrets / "master.key"

    @property
    def signing_key_file(self) -> Path:
        return self.secrets / "signing.key"

    @property
    def trust_file(self) -> Path:
        return self.root / "trust.json"

    def master_key(self) -> bytes:
        """Raises SettingsInvalid if the folder has not been prepared."""
        return _read(self.master_key_file)

    def signing_key(self) -> SigningKey:
        """Raises SettingsInvalid if the folder has not been prepared, or the key is none."""
        try:
            return SigningKey(_read(self.signing_key_file))
        except ValueError as error:
            raise SettingsInvalid(f"{self.signing_key_file} is not an Ed25519 seed.") from error

    def public_keys(self) -> dict[str, str]:
        """The keys whose tokens are believed, base64url by key id. Raises SettingsInvalid as above."""
        try:
            keys = json.loads(_read(self.trust_file))
            TrustedKeys.from_text(keys)
        except (ValueError, AttributeError, TokenInvalid) as error:
            raise SettingsInvalid(f"{self.trust_file} does not hold public keys by id.") from error
        return {str(key_id): str(text) for key_id, text in keys.items()}


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        what = f"{path} cannot be read: {error.strerror}. `matinee-backend init` prepares the state folder."
        raise SettingsInvalid(what) from error
