"""Every typed error of Matinee, split by who must act.

MatineeError
├── ViewerError               the person watching can mend it
│   ├── LoginRefused          unknown account or wrong password
│   ├── SessionExpired        the login has run out
│   ├── NotEntitled           plan, region or license window does not cover the title
│   ├── TooManyStreams        the plan's concurrent streams are all in use
│   └── NetworkUnreachable    nothing answers: neither service nor appliance
├── AppError                  the program that uses Matinee must change
│   ├── SettingsInvalid       a setting is unknown, of the wrong type or out of range
│   ├── TitleUnknown          no such title
│   ├── RequestInvalid        a request the service could not read
│   ├── FormatUnsupported     well-formed, but nothing here plays it
│   ├── DependencyMissing     an extra is not installed
│   └── FilterFailed          a filter of the program's own raised an error
└── OperatorError             the service, an appliance or the content must be mended
    ├── ManifestInvalid       a manifest that breaks its own format
    ├── SteeringInvalid       a steering document that breaks its own format
    ├── MediaInvalid          a segment or box that breaks its own format
    ├── MediaCorrupt          bytes that are not the bytes that were published
    ├── SegmentUnavailable    every appliance was asked and none delivered
    ├── LicenseInvalid        forged, expired, of another device, or without the key
    ├── LicenseRefused        the license service says no
    ├── TokenInvalid          a token that is forged, expired or meant for somebody else
    ├── StorageFull           the disk has no room for what must be kept
    ├── MezzanineInvalid      a source file that cannot be made into a title
    ├── AlreadyRunning        another run holds the state directory
    ├── ProcessFailed         a process of the system did not start, or did not do its work
    └── ComeBackLater         it says when
        ├── ServiceUnavailable    the control plane is away or overloaded
        └── TooManyRequests       more was asked than is answered

Each class names a condition, carries its facts as fields, and has a stable `code`: the last part of the
problem type (RFC 9457) by which services say the same thing on the wire.
"""

from collections.abc import Mapping
from typing import ClassVar, Literal

__all__ = [
    "ERRORS_BY_CODE",
    "AlreadyRunning",
    "AppError",
    "Category",
    "ComeBackLater",
    "DependencyMissing",
    "FilterFailed",
    "FormatUnsupported",
    "LicenseInvalid",
    "LicenseRefused",
    "LoginRefused",
    "ManifestInvalid",
    "MatineeError",
    "MediaCorrupt",
    "MediaInvalid",
    "MezzanineInvalid",
    "NetworkUnreachable",
    "NotEntitled",
    "OperatorError",
    "ProcessFailed",
    "RequestInvalid",
    "SegmentUnavailable",
    "ServiceUnavailable",
    "SessionExpired",
    "SettingsInvalid",
    "SteeringInvalid",
    "StorageFull",
    "TitleUnknown",
    "TokenInvalid",
    "TooManyRequests",
    "TooManyStreams",
    "ViewerError",
    "error_of_code",
]


Category = Literal["viewer", "app", "operator"]
"""Who must act."""


class MatineeError(Exception):
    """Something Matinee could not do. Never raised itself: a leaf says what happened."""

    code: ClassVar[str] = ""
    """Stable, kebab-case; equal to the last part of the problem type on the wire."""

    category: ClassVar[Category] = "operator"
    """Who must act; that of the class between this one and the leaf."""

    what_to_do: ClassVar[str] = ""
    """The next step for whoever must act, a sentence."""

    def __init__(self, what: str, /, **facts: object) -> None:
        """`what` says what happened and to what; `facts` are kept as `self.facts`. Neither holds a secret."""
        super().__init__(what)
        self.what = what
        self.facts: dict[str, object] = facts

    def __str__(self) -> str:
        return f"{self.what} {self.what_to_do}".strip()


class ViewerError(MatineeError):
    """The person watching can mend it."""

    category: ClassVar[Category] = "viewer"


class AppError(MatineeError):
    """The program that uses Matinee must change."""

    category: ClassVar[Category] = "app"


class OperatorError(MatineeError):
    """The service, an appliance or the content must be mended."""

    category: ClassVar[Category] = "operator"


class LoginRefused(ViewerError):
    """Unknown account or wrong password."""

    code = "login-refused"
    what_to_do = "Check the e-mail address and the password."


class SessionExpired(ViewerError):
    """The login has run out."""

    code = "session-expired"
    what_to_do = "Log in again."


class NotEntitled(ViewerError):
    """Plan, region or license window does not cover the title."""

    code = "not-entitled"
    what_to_do = "Choose another title or another plan."


class TooManyStreams(ViewerError):
    """The plan's concurrent streams are all in use."""

    code = "too-many-streams"
    what_to_do = "Stop playing on another device."


class NetworkUnreachable(ViewerError):
    """Nothing answers: neither service nor appliance."""

    code = "network-unreachable"
    what_to_do = "Check the connection and the address."


class SettingsInvalid(AppError):
    """A setting is unknown, of the wrong type or out of range."""

    code = "settings-invalid"
    what_to_do = "Correct the setting."


class TitleUnknown(AppError):
    """No such title."""

    code = "title-unknown"
    what_to_do = "Ask the catalog for the titles there are."


class RequestInvalid(AppError):
    """A request the service could not read."""

    code = "request-invalid"
    what_to_do = "Correct the request; the API document describes it."


class FormatUnsupported(AppError):
    """Well-formed, but nothing here plays it."""

    code = "format-unsupported"
    what_to_do = "Offer another format."


class DependencyMissing(AppError):
    """An extra is not installed."""

    code = "dependency-missing"
    what_to_do = "Install the extra it names."


class FilterFailed(AppError):
    """A filter of the program's own raised an error."""

    code = "filter-failed"
    what_to_do = "Mend the filter; the error that it raised is the cause."


class ManifestInvalid(OperatorError):
    """A manifest that breaks its own format."""

    code = "manifest-invalid"
    what_to_do = "Have the title packaged again."


class SteeringInvalid(OperatorError):
    """A steering document that breaks its own format."""

    code = "steering-invalid"
    what_to_do = "Have the steering service mended; playback goes on by the last list."


class MediaInvalid(OperatorError):
    """A segment or box that breaks its own format."""

    code = "media-invalid"
    what_to_do = "Have the title packaged again."


class MediaCorrupt(OperatorError):
    """Bytes that are not the bytes that were published."""

    code = "media-corrupt"
    what_to_do = "Have the appliance checked."


class SegmentUnavailable(OperatorError):
    """Every appliance was asked and none delivered."""

    code = "segment-unavailable"
    what_to_do = "Check the appliances."


class LicenseInvalid(OperatorError):
    """Forged, expired, of another device, or without the key."""

    code = "license-invalid"
    what_to_do = "Request a new license on this device."


class LicenseRefused(OperatorError):
    """The license service says no."""

    code = "license-refused"
    what_to_do = "Check that the device is registered and the title is licensed to the account."


class TokenInvalid(OperatorError):
    """A token that is forged, expired or meant for somebody else."""

    code = "token-invalid"
    what_to_do = "Request a new token."


class StorageFull(OperatorError):
    """The disk has no room for what must be kept."""

    code = "storage-full"
    what_to_do = "Free some space and start again; finished work is kept."


class MezzanineInvalid(OperatorError):
    """A source file that cannot be made into a title."""

    code = "mezzanine-invalid"
    what_to_do = "Name a file that FFmpeg can read, with at least one second of video."


class AlreadyRunning(OperatorError):
    """Another run holds the state directory."""

    code = "already-running"
    what_to_do = "Stop it first, or name another state directory with --state."


class ProcessFailed(OperatorError):
    """A process of the system did not start, or did not do its work."""

    code = "process-failed"
    what_to_do = "Read its log."


class ComeBackLater(OperatorError):
    """Not now; it says when. Never raised itself."""

    def __init__(self, what: str, /, *, retry_after_ms: int | None = None, **facts: object) -> None:
        """`retry_after_ms`: see there."""
        super().__init__(what, retry_after_ms=retry_after_ms, **facts)
        self.retry_after_ms = retry_after_ms
        """The server's own wish, a floor on the wait; None if it stated none."""


class ServiceUnavailable(ComeBackLater):
    """The control plane is away or overloaded."""

    code = "service-unavailable"
    what_to_do = "Come back later."


class TooManyRequests(ComeBackLater):
    """More was asked than is answered."""

    code = "too-many-requests"
    what_to_do = "Ask less often."


def error_of_code(code: str, what: str, facts: Mapping[str, object]) -> MatineeError:
    """The leaf of that code with these facts; a plain OperatorError for a code that nobody here knows."""
    return ERRORS_BY_CODE.get(code, OperatorError)(what, **facts)


def _leaves(parent: type[MatineeError]) -> list[type[MatineeError]]:
    children = parent.__subclasses__()
    return [parent] if not children else [leaf for child in children for leaf in _leaves(child)]


ERRORS_BY_CODE: dict[str, type[MatineeError]] = {leaf.code: leaf for leaf in _leaves(MatineeError)}
"""The leaf of each code: how a client turns a problem document back into an error."""
