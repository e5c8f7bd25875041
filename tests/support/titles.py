"""Tiny titles of random bytes, laid out as the encoder lays them out: no picture, but every rule of a shelf."""

from hashlib import sha256
from pathlib import Path
from random import Random

import msgspec

from matinee.wire.title import INDEX_NAME, AudioTrack, MediaFile, Rung, TitleIndex


def write_title(
    root: Path, title_id: str, *, rungs: int = 2, segments: int = 3, segment_bytes: int = 5_000, seed: int = 1
) -> TitleIndex:
    """The title in `root/title_id`, its index written last. The same seed writes the same bytes."""
    dice = Random(seed)
    representations = [f"v{number}" for number in range(1, rungs + 1)]
    contents = {
        "manifest.mpd": dice.randbytes(700),
        "master.m3u8": dice.randbytes(300),
        "poster.jpg": dice.randbytes(900),
    }
    owners: dict[str, str] = {}
    for representation_id in [*representations, "a1"]:
        folder = f"{'audio' if representation_id == 'a1' else 'video'}/{representation_id}"
        for name in ["init.mp4", *(f"{number}.m4s" for number in range(1, segments + 1))]:
            size_bytes = 400 if name == "init.mp4" else segment_bytes + dice.randrange(100)
            contents[f"{folder}/{name}"] = dice.randbytes(size_bytes)
            owners[f"{folder}/{name}"] = representation_id
    contents["text/en.vtt"] = b"WEBVTT\n"
    index = TitleIndex(
        title_id=title_id,
        name=f"The {title_id}",
        duration_ms=segments * 4_000,
        ladder=tuple(
            Rung(representation_id=name, width=320, height=180, bitrate_kbps=235 * place, codec="avc1.64001f")
            for place, name in enumerate(representations, start=1)
        ),
        audio=(AudioTrack(representation_id="a1", language="en", channels=2, bitrate_kbps=96, codec="mp4a.40.2"),),
        files=tuple(
            MediaFile(
                path=path,
                size_bytes=len(content),
                sha256=sha256(content).hexdigest(),
                representation_id=owners.get(path),
            )
            for path, content in contents.items()
        ),
    )
    for path, content in contents.items():
        target = root / title_id / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    (root / title_id / INDEX_NAME).write_bytes(msgspec.json.encode(index))
    return index
