"""Every knob of a player in one frozen, validated tree."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Annotated, Any, Literal, cast

import msgspec
from msgspec import Meta

from matinee.errors import SettingsInvalid

Positive = Annotated[int, Meta(gt=0)]
NotNegative = Annotated[int, Meta(ge=0)]
Percent = Annotated[int, Meta(ge=1, le=100)]


class BufferingSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How much media is kept ahead of the playhead."""

    start_ms: Positive = 1_000
    """The first picture moves once this much of each track is here."""
    resume_ms: Positive = 3_000
    """After a stall, so much: leaving one stall only to enter the next is worse than waiting."""
    full_ms: Positive = 60_000
    """No segment is asked for while more than this is buffered; nor is more waited for, whatever the other two say."""


class AbrSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which rung is asked for."""

    policy: Literal["foresight", "throughput", "hybrid", "bola", "dynamic", "mpc"] = "foresight"
    """By name; see `matinee.policy.abr.policies`."""
    estimator: Literal["averages", "median", "robust"] = "averages"
    """How the throughput is told, and reckoned with by every policy but `foresight` and `mpc`, which have their own."""
    safety_percent: Percent = 85
    """The share of the estimated throughput that a rung may use."""
    first_kbps: NotNegative = 0
    """The estimate before anything was measured; 0 takes a quarter of the ladder's top rung."""
    highest_kbps: Positive = 1_000_000
    """No rung above this: data saver."""
    highest_height: NotNegative = 0
    """No rung with more lines than this: small screens. 0 for no limit."""
    heeds_cmsd: bool = True
    """Whether no rung is taken above the one that the server wants played (CMSD `mb`)."""
    cmsd_percent: Annotated[int, Meta(ge=0, le=100)] = 0
    """The weight of the server's estimate (CMSD `etp`) against our own. None by default: it is told for a connection
    that is shared or new, and counts what we have measured ourselves a second time."""


class RetrySettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How long to wait once every appliance has failed, and when to give up."""

    first_ms: Positive = 4_000
    """The longest first wait once every appliance has failed: thousands fail together, and must not return together."""
    cap_ms: Positive = 8_000
    """No wait is longer, save by the server's own wish."""
    hint_cap_ms: Positive = 300_000
    """A server's wish beyond this is cut to this."""
    give_up_ms: Positive = 60_000
    """Playback fails when it waits for a request that has not succeeded for so long."""
    give_up_start_ms: Positive = 15_000
    """The same for the manifest: nothing is known yet, and somebody looks at an empty screen."""
    budget_every_ms: Positive = 10_000
    """A session may go on a round of retries once in so long..."""
    budget_burst: Positive = 2
    """... so many times at once..."""
    budget_percent: Percent = 10
    """... and for this share of what is delivered, besides."""


class FailoverSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When another appliance is asked, and for how long one that failed is left alone."""

    cooldown_first_ms: Positive = 60_000
    """How long a failing appliance sits out; doubles with each failed probe."""
    cooldown_cap_ms: Positive = 300_000
    silence_least_ms: Positive = 300
    """A request is silent for longer than this, and thrice what first bytes take, before another appliance is asked."""
    silence_most_ms: Positive = 2_000
    """Silent for longer, it is asked of another appliance however full the buffer is."""
    silence_buffer_percent: Percent = 30
    """Between the two: this share of the buffer."""
    silence_alone_ms: Positive = 10_000
    """The limit where there is no other appliance to go to; then it has failed."""
    hedge_percent: Annotated[int, Meta(ge=0, le=100)] = 2
    """Of the bytes delivered, so many may be fetched twice; beyond, the silent are given up instead..."""
    hedge_credit_bytes: NotNegative = 2_000_000
    """... and so many to begin with."""
    probe_buffer_ms: NotNegative = 4_000
    """With less buffered, a session leaves it to others to try an appliance whose cool-down is over."""


class LiveSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where to be in what is live."""

    delay_ms: NotNegative = 0
    """How far behind live to play; 0 takes the service's word, without one three segments."""
    catch_up: Literal["proportional", "sigmoid", "bang-bang", "off"] = "proportional"
    """How a small lag is made up by playing a little faster or slower; see `matinee.policy.catch_up`."""
    slowest_permille: Annotated[int, Meta(ge=500, le=1000)] = 960
    fastest_permille: Annotated[int, Meta(ge=1000, le=2000)] = 1_040
    """Unless the service states its own bounds; within 4 % few people hear it."""
    jump_ms: Positive = 10_000
    """A lag beyond this is made up by a jump."""


class PreloadSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a playlist fetches of the next title while one plays."""

    policy: Literal["whole", "near", "never"] = "whole"
    """By name; see `matinee.policy.preload`. What is fetched ahead is what `BufferingSettings.start_ms` asks for."""
    near_ms: Positive = 10_000
    """So long before its end a title counts as near it (Shaka: 10 s)."""


class TelemetrySettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a session tells its service beyond how it plays; names of titles and people are never told."""

    tells_titles: bool = True
    """The ids of title and profile, in heartbeats too: without them a service keeps no history to resume from."""
    tells_addresses: bool = False
    """Who delivers, also where that is known by its address only; else appliances are told by their names."""


class CmcdSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What servers of manifests and media are told with each request (CTA-5004)."""

    mode: Literal["off", "query", "headers"] = "off"
    """Where it stands. A query changes what a cache that does not know it takes for the name of the file."""
    version: Literal[1, 2] = 1


class PlayerSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a player may be told; the defaults are what we would choose."""

    buffering: BufferingSettings = BufferingSettings()
    abr: AbrSettings = AbrSettings()
    retry: RetrySettings = RetrySettings()
    failover: FailoverSettings = FailoverSettings()
    live: LiveSettings = LiveSettings()
    preload: PreloadSettings = PreloadSettings()
    telemetry: TelemetrySettings = TelemetrySettings()
    cmcd: CmcdSettings = CmcdSettings()
    audio_language: str = ""
    """BCP 47, preferred; empty takes the first audio track."""
    text_language: str = ""
    """BCP 47; empty means no subtitles."""
    decode: bool = True
    """Whether pictures and sound are wanted at all; a soak test says no."""
    decrypt: bool = False
    """Whether, with `decode` off, segments are opened all the same: a soak test of a whole service says yes."""


def settings_from(values: Mapping[str, object], *, onto: PlayerSettings | None = None) -> PlayerSettings:
    """`onto`, by default the defaults, with what `values` say: nested (TOML, JSON), or by dotted names.

    Raises SettingsInvalid naming the knob; an unknown one with the known one that is nearest.
    """
    tree = msgspec.to_builtins(onto or PlayerSettings())
    _merge(tree, values, into=PlayerSettings)
    try:
        return msgspec.convert(tree, PlayerSettings)
    except msgspec.ValidationError as error:
        raise SettingsInvalid(f"Player settings: {error}.") from error


def non_default(settings: PlayerSettings) -> dict[str, object]:
    """The knobs that are not as we would choose, by their dotted names; `settings_from` takes them back."""
    return dict(_differences(settings, PlayerSettings()))


def _merge(tree: dict[str, Any], values: Mapping[str, object], *, into: type[msgspec.Struct], prefix: str = "") -> None:
    """Put `values` into the tree of the struct `into`, whose own dotted name is `prefix`."""
    rooms = {field.name: field.type for field in msgspec.structs.fields(into)}
    for key, value in values.items():
        name, _, below = key.partition(".")
        if name not in rooms:
            raise _unknown(prefix + name, [prefix + room for room in rooms])
        if below:
            value = {below: value}
        if not isinstance(tree[name], dict):
            tree[name] = value
        elif isinstance(value, Mapping):
            _merge(tree[name], cast("Mapping[str, object]", value), into=rooms[name], prefix=f"{prefix}{name}.")
        else:
            raise SettingsInvalid(
                f"Player settings: {prefix}{name} holds knobs and is none itself.", knob=prefix + name
            )


def _unknown(knob: str, known: list[str]) -> SettingsInvalid:
    nearest = next(iter(get_close_matches(knob, known, n=1, cutoff=0)))
    return SettingsInvalid(
        f"Player settings: there is no {knob}; the nearest known name is {nearest}.", knob=knob, nearest=nearest
    )


def _differences(settings: msgspec.Struct, usual: msgspec.Struct, prefix: str = "") -> Iterator[tuple[str, object]]:
    for field in msgspec.structs.fields(settings):
        value, default = getattr(settings, field.name), getattr(usual, field.name)
        if isinstance(value, msgspec.Struct):
            yield from _differences(value, default, f"{prefix}{field.name}.")
        elif value != default:
            yield prefix + field.name, value
