"""The two lines below the picture: where we are, and what is playing."""

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from matinee.manifest.presentation import TrackKind
from matinee_player.view import View
from matinee_player.words import clipped, clock_text, rate_text

_SIGNS = {"starting": "◌", "playing": "▶", "paused": "❚❚", "seeking": "◌", "stalled": "◌", "ended": "■", "failed": "✕"}


class Controls(Widget):
    """Renders `view`."""

    view: reactive[View] = reactive(View(title=""))

    def render(self) -> Content:
        width = max(20, self.size.width)
        return Content("\n").join([timeline(self.view, width), facts(self.view, width)])


def timeline(view: View, width: int) -> Content:
    """`▶ 0:12 ━━━━━━──── 0:55`: played, then buffered, then to come."""
    left = f"{_SIGNS[view.phase]:<2} {clock_text(view.position_ms)} "
    right = f" {clock_text(view.duration_ms)}" if view.duration_ms else " –:––"
    room = max(1, width - len(left) - len(right))
    played, buffered = _shares(view, room)
    return Content.assemble(
        (left, "bold"),
        ("━" * played, "$accent"),
        ("━" * buffered, "$bar-buffered"),
        ("━" * (room - played - buffered), "$bar-empty"),
        (right, "$text-dim"),
    )


def facts(view: View, width: int) -> Content:
    """The title on the left (with its credit at the start), picture and sound on the right."""
    right = "  ".join(text for text in (_picture(view), _sound(view), _subtitles(view)) if text)
    left = f"{view.title} · {view.credit}" if view.is_credit_shown else view.title
    if view.is_credit_shown and len(left) + len(right) + 2 > width:
        right = ""
    left = clipped(left, max(0, width - len(right) - 2))
    gap = " " * max(1, width - len(left) - len(right))
    return Content.assemble((left, "$text-soft"), gap, (right, "$text-dim"))


def _shares(view: View, room: int) -> tuple[int, int]:
    if view.duration_ms <= 0:
        return 0, 0
    played = min(room, room * max(0, view.position_ms) // view.duration_ms)
    buffered = min(room - played, room * max(0, view.buffer_ms) // view.duration_ms)
    return played, buffered


def _picture(view: View) -> str:
    return f"{view.height}p · {rate_text(view.bitrate_kbps)}" if view.height else ""


def _sound(view: View) -> str:
    if view.silence:
        return "no sound"
    return "muted" if view.is_muted else f"♪ {_selected(view, 'audio')}".rstrip()


def _subtitles(view: View) -> str:
    if not any(track.kind == "text" for track in view.tracks):
        return ""
    return f"CC {_selected(view, 'text') or 'off'}"


def _selected(view: View, kind: TrackKind) -> str:
    for track in view.tracks:
        if track.kind == kind and track.is_selected:
            return track.label or ("" if track.language == "und" else track.language)
    return ""
