"""Whose titles: logging in as the settings say, and which of the account's profiles watches."""

from matinee.errors import SessionExpired, SettingsInvalid
from matinee.runtime.client import Client
from matinee.wire.auth import Profile
from matinee_player.settings import AccountSettings


async def log_in_if_told(client: Client, account: AccountSettings) -> None:
    """Logged in where the settings name an account and a password file. Raises: LoginRefused, SettingsInvalid."""
    if account.password_file is None or not account.email:
        return
    try:
        password = account.password_file.read_text().partition("\n")[0]
    except OSError as error:
        what = f"The password file {account.password_file} cannot be read: {error.strerror}."
        raise SettingsInvalid(what, password_file=str(account.password_file)) from error
    await client.login(account.email, password)


def check_logged_in(client: Client, account: AccountSettings) -> None:
    """Returns if somebody is logged in. Raises: SessionExpired."""
    if not client.is_logged_in:
        what = f"Nobody is logged in at {account.server} (give --email and --password-file, or use `matinee watch`)."
        raise SessionExpired(what, server=account.server)


def chosen_profile(profiles: tuple[Profile, ...], name: str) -> Profile:
    """The profile of that name, the first if none is named. Raises: SettingsInvalid if there is none such."""
    for profile in profiles:
        if not name or profile.name.casefold() == name.casefold():
            return profile
    names = ", ".join(profile.name for profile in profiles) or "none"
    raise SettingsInvalid(f"No profile is called {name!r}; there are: {names}.", profile=name)
