"""Custom policies: a program's own, in place of those that the settings name."""

import msgspec

from matinee.policy.abr.decision import AbrPolicy
from matinee.policy.preload import Preload
from matinee.policy.throughput import Estimator


class Policies(msgspec.Struct, frozen=True, kw_only=True):
    """Each is pure and raises nothing; one that is None is taken by its name in the settings."""

    abr: AbrPolicy | None = None
    """Instead of `AbrSettings.policy`."""
    estimator: Estimator | None = None
    """Instead of `AbrSettings.estimator`."""
    preload: Preload | None = None
    """Instead of `PreloadSettings.policy`."""
