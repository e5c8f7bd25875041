"""The overlay: what happens behind the picture, in figures and small charts."""

from collections.abc import Sequence

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from matinee_player.view import View
from matinee_player.words import clipped, count_text, rate_text, size_text, span_text, spark_text

WIDTH = 44
_LABEL_WIDTH, _VALUE_WIDTH = 11, 13
_CHART_WIDTH = WIDTH - _LABEL_WIDTH - _VALUE_WIDTH


class Overlay(Widget):
    """Renders `view`."""

    view: reactive[View] = reactive(View(title=""))

    def render(self) -> Content:
        return overlay_content(self.view)

    def watch_view(self, view: View) -> None:
        self.display = view.is_overlay_shown


def overlay_content(view: View) -> Content:
    """A line for each fact; charts of the last minute, the newest at the right."""
    history = view.history
    return Content("\n").join(
        [
            _line("Picture", f"{view.width}×{view.height}" if view.height else "–"),
            _charted("Bitrate", rate_text(view.bitrate_kbps), history.bitrate_kbps, "$accent"),
            _charted("Throughput", rate_text(view.throughput_kbps), history.throughput_kbps, "$chart"),
            _charted("Buffer", span_text(view.buffer_ms), history.buffer_ms, "$chart"),
            _charted("Stalls", _stalls(view), history.stall_ms, "$error"),
            _line("Appliance", view.appliance or "–", _failovers(view)),
            _line("Start-up", span_text(view.startup_ms) if view.startup_ms else "–"),
            _line("Frames", f"{view.drawing.shown} shown, {view.drawing.dropped} dropped"),
            _line("Drawing", _drawing(view)),
            _line("Sound", view.silence or ("muted" if view.is_muted else "on")),
        ]
    )


def _charted(label: str, value: str, samples: Sequence[int], style: str) -> Content:
    chart = spark_text(samples, _CHART_WIDTH).rjust(_CHART_WIDTH)
    return Content.assemble((f"{label:<{_LABEL_WIDTH}}", "$text-dim"), f"{value:<{_VALUE_WIDTH}}", (chart, style))


def _line(label: str, value: str, more: str = "") -> Content:
    text = clipped(f"{value}  {more}".rstrip(), WIDTH - _LABEL_WIDTH)
    return Content.assemble((f"{label:<{_LABEL_WIDTH}}", "$text-dim"), text)


def _stalls(view: View) -> str:
    return f"{view.stalls} · {span_text(view.stall_ms)}" if view.stalls else "none"


def _failovers(view: View) -> str:
    return count_text(view.failovers, "failover") if view.failovers else ""


def _drawing(view: View) -> str:
    return f"{view.drawing.frame_us / 1000:.1f} ms, {size_text(view.drawing.frame_bytes)} a frame"
