"""Encoding sound: stereo, 48 kHz, in step, exactly as long as the picture."""

from pathlib import Path

import av
import pytest

from matinee.errors import MezzanineInvalid
from matinee_encode.audio import encode_audio, pulled_audio
from matinee_encode.reading import survey
from matinee_encode.work import EncodeAudio
from tests.matinee_encode.films import MOVING, film


def encoded(source: Path, draft: Path, *, samples: int) -> Path:
    mezzanine = survey(str(source))
    task = EncodeAudio(
        source=str(source),
        mezzanine=mezzanine,
        stream_index=mezzanine.sound[0].stream_index,
        samples=samples,
        draft=str(draft),
    )
    assert encode_audio(task, advance=lambda _: None) == samples
    return draft


def loudness(path: Path) -> list[list[float]]:
    """For each channel the mean level of every tenth of a second."""
    with av.open(str(path)) as container:
        frames = list(container.decode(audio=0))
    levels: list[list[float]] = []
    for channel in range(2):
        samples = [
            abs(value) for frame in frames for value in memoryview(frame.planes[channel]).cast("f")[: frame.samples]
        ]
        levels.append([sum(samples[at : at + 4800]) / 4800 for at in range(0, len(samples), 4800)])
    return levels


def test_surround_becomes_stereo_with_the_center_on_both_sides(tmp_path: Path) -> None:
    center = ("-f", "lavfi", "-i", "aevalsrc=0|0|sin(440*2*PI*t)|0|0|0:c=5.1:d=2", "-c:a", "flac", "-c:v", "libx264")
    draft = encoded(film(tmp_path / "a.mkv", *MOVING, *center), tmp_path / "b.mp4", samples=96_000)
    with av.open(str(draft)) as container:
        stream = container.streams.audio[0]
        assert (stream.codec_context.name, stream.codec_context.layout.name, stream.rate) == ("aac", "stereo", 48_000)
    left, right = loudness(draft)
    assert left[10] == pytest.approx(right[10], rel=0.01)
    assert left[10] > 0.1


@pytest.mark.parametrize("samples", [60_000, 150_000])
def test_sound_lasts_as_long_as_the_picture(tmp_path: Path, samples: int) -> None:
    tone = ("-f", "lavfi", "-i", "sine=duration=2", "-c:v", "libx264", "-c:a", "mp2")
    draft = encoded(film(tmp_path / "a.ts", *MOVING, *tone), tmp_path / "b.mp4", samples=samples)
    with av.open(str(draft)) as container:
        heard = sum(frame.samples for frame in container.decode(audio=0))
    assert 0 <= heard - samples < 1024


def test_sound_that_starts_late_stays_late(tmp_path: Path) -> None:
    late = ("-itsoffset", "1", "-f", "lavfi", "-i", "sine=duration=1", "-c:v", "libx264", "-c:a", "flac")
    draft = encoded(film(tmp_path / "a.mkv", *MOVING, *late), tmp_path / "b.mp4", samples=96_000)
    left, _ = loudness(draft)
    assert max(left[:9]) < 0.001
    assert min(left[11:19]) > 0.01


def test_sound_that_cannot_be_decoded_is_refused(tmp_path: Path) -> None:
    tone = ("-f", "lavfi", "-i", "sine=duration=0.01", "-c:v", "libx264", "-c:a", "flac", "-bsf:a", "noise=drop=1")
    source = film(tmp_path / "a.mkv", *MOVING, *tone)
    with pytest.raises(MezzanineInvalid, match="cannot be decoded"):
        encoded(source, tmp_path / "b.mp4", samples=96_000)


def test_a_sink_gives_what_it_has() -> None:
    graph = av.filter.Graph()
    source, sink = graph.add("anullsrc", "r=48000"), graph.add("abuffersink")
    graph.link_nodes(source, graph.add("atrim", "end_sample=3000"), sink).configure()
    assert sum(frame.samples for frame in pulled_audio(sink)) == 3000
