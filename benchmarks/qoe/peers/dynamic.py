"""The two ways in which Sabre joins the throughput rule and BOLA: dash.js's own, and the authors' later one."""

from benchmarks.qoe.network import Download
from benchmarks.qoe.peers.bola import BolaE, BolaU
from benchmarks.qoe.peers.throughput import Throughput
from benchmarks.qoe.simulator import Abr, Session


class DynamicDash(Abr):
    """The throughput rule until the buffer passes 10 s, then BOLA-E until it falls under 5 s.

    Its BOLA stays within what the link carries, as in dash.js, unless told otherwise. Source: `DynamicDash` of
    `src/sabre.py` at 09b03bb; dash.js `AbrController`, `BolaRule`, strategy DYNAMIC.
    """

    def __init__(self, session: Session, *, stays_within: bool = True) -> None:
        super().__init__(session)
        self._bola, self._throughput = BolaE(session, stays_within=stays_within), Throughput(session)
        self._active: Abr = self._throughput

    def get_quality_delay(self, segment_index: int) -> tuple[int, float]:
        level_ms = self.session.get_buffer_level()
        if level_ms < 5_000:
            self._active = self._throughput
        elif level_ms > 10_000:
            self._active = self._bola
        return self._active.get_quality_delay(segment_index)

    def report_delay(self, delay: float) -> None:
        self._bola.report_delay(delay)

    def report_download(self, metrics: Download, is_replacement: bool) -> None:
        self._bola.report_download(metrics, is_replacement)

    def check_abandon(self, progress: Download, buffer_level: float) -> int | None:
        return self._active.check_abandon(progress, buffer_level)


class Dynamic(Abr):
    """BOLA where it asks for as much as the throughput rule and the buffer is over 10 s.

    Source: `Dynamic` of `src/sabre.py` at 09b03bb, from the MMSys 2018 paper.
    """

    _THRESHOLD_MS = 10_000

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._bola, self._throughput = BolaU(session), Throughput(session)
        self._is_bola = False

    def get_quality_delay(self, segment_index: int) -> tuple[int, float]:
        level_ms = self.session.get_buffer_level()
        by_bola = self._bola.get_quality_delay(segment_index)
        by_throughput = self._throughput.get_quality_delay(segment_index)
        if self._is_bola:
            self._is_bola = level_ms >= self._THRESHOLD_MS or by_bola[0] >= by_throughput[0]
        else:
            self._is_bola = level_ms > self._THRESHOLD_MS and by_bola[0] >= by_throughput[0]
        return by_bola if self._is_bola else by_throughput

    def report_download(self, metrics: Download, is_replacement: bool) -> None:
        if is_replacement:
            self._is_bola = False

    def check_abandon(self, progress: Download, buffer_level: float) -> int | None:
        return self._throughput.check_abandon(progress, buffer_level)
