"""Posters: fetched a few at a time, decoded off the event loop, the last ones kept."""

import asyncio
import io
from collections import OrderedDict

import numpy as np

from matinee.errors import MatineeError
from matinee.runtime.client import Client
from matinee_player.video import Pixels

_FETCHES_MAX = 4
_KEPT_MAX = 128
_POSTER_MAX_BYTES = 4 << 20
_DEADLINE_S = 10


class Posters:
    """Pictures of titles by address and size; none for what cannot be had, since a title does without."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._slots = asyncio.Semaphore(_FETCHES_MAX)
        self._kept: OrderedDict[tuple[str, int, int], Pixels] = OrderedDict()

    async def poster(self, url: str, *, width: int, height: int) -> Pixels | None:
        """(height, width, 3), the picture cut to that shape; None if there is none."""
        if not url or width <= 0 or height <= 0:
            return None
        wanted = (url, width, height)
        if wanted not in self._kept:
            pixels = await self._load(url, width=width, height=height)
            if pixels is None:
                return None
            self._kept[wanted] = pixels
            if len(self._kept) > _KEPT_MAX:
                self._kept.popitem(last=False)
        self._kept.move_to_end(wanted)
        return self._kept[wanted]

    async def _load(self, url: str, *, width: int, height: int) -> Pixels | None:
        async with self._slots:
            try:
                async with asyncio.timeout(_DEADLINE_S):
                    jpeg = await self._client.fetch(url)
            except (MatineeError, TimeoutError):
                return None
            if len(jpeg) > _POSTER_MAX_BYTES:
                return None
            return await asyncio.to_thread(decoded, jpeg, width=width, height=height)


def decoded(image: bytes, *, width: int, height: int) -> Pixels | None:
    """The picture scaled until it covers that size, its middle cut out; None if it is no picture."""
    import av

    try:
        with av.open(io.BytesIO(image), mode="r") as container:
            frame = next(container.decode(video=0))
    except (av.FFmpegError, StopIteration, IndexError):
        return None
    scale = max(width / frame.width, height / frame.height)
    across, down = max(width, round(frame.width * scale)), max(height, round(frame.height * scale))
    pixels = frame.reformat(across, down, format="rgb24", interpolation="AREA").to_ndarray()
    left, top = (across - width) // 2, (down - height) // 2
    return np.ascontiguousarray(pixels[top : top + height, left : left + width])
