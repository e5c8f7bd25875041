"""The stores of one state folder: here, and only here, each port is given its adapter."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from matinee_backend.adapters.event_log import DiskEventLog
from matinee_backend.adapters.key_folder import KeyFolder
from matinee_backend.adapters.sqlite.appliances import SqliteAppliances
from matinee_backend.adapters.sqlite.database import Database
from matinee_backend.adapters.sqlite.history import SqliteHistory
from matinee_backend.adapters.sqlite.leases import SqliteLeases
from matinee_backend.adapters.sqlite.licenses import SqliteLicenses
from matinee_backend.adapters.sqlite.members import SqliteMembers
from matinee_backend.adapters.sqlite.plans import SqlitePlans
from matinee_backend.adapters.sqlite.titles import SqliteTitles
from matinee_backend.ports import (
    ApplianceDirectory,
    EventLog,
    HistoryStore,
    KeyVault,
    LicenseLedger,
    MemberStore,
    PlanStore,
    StreamLeases,
    TitleStore,
)
from matinee_backend.settings import EventLogSettings
from matinee_backend.state import StateFolder

_DEFAULTS = EventLogSettings()


@dataclass(frozen=True, kw_only=True)
class Stores:
    titles: TitleStore
    members: MemberStore
    leases: StreamLeases
    licenses: LicenseLedger
    history: HistoryStore
    appliances: ApplianceDirectory
    plans: PlanStore
    keys: KeyVault
    events: EventLog
    close: Callable[[], Awaitable[None]]


def open_stores(state: StateFolder, *, writes_events: bool = False, event_log: EventLogSettings = _DEFAULTS) -> Stores:
    """The embedded stores, to be closed at the end.

    Raises SettingsInvalid if the folder has not been prepared, or if `writes_events` and another process does.
    """
    master_key = state.master_key()
    database = Database(state.database)
    events = DiskEventLog(state.events, event_log)
    if writes_events:
        events.open()

    async def close() -> None:
        await events.close()
        await database.close()

    return Stores(
        titles=SqliteTitles(database),
        members=SqliteMembers(database),
        leases=SqliteLeases(database),
        licenses=SqliteLicenses(database),
        history=SqliteHistory(database),
        appliances=SqliteAppliances(database),
        plans=SqlitePlans(database),
        keys=KeyFolder(state.keys, master_key=master_key),
        events=events,
        close=close,
    )
