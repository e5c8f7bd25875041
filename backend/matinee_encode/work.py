"""What worker processes are asked and what they answer: closed unions, one JSON line each."""

import msgspec

from matinee_encode.ladder import LadderRung
from matinee_encode.mezzanine import Mezzanine


class Survey(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Find out what the source is."""

    source: str


class EncodeVideo(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Decode the source once and encode some rungs of it."""

    source: str
    mezzanine: Mezzanine
    rungs: tuple[LadderRung, ...]
    drafts: tuple[str, ...]
    """For each rung the MP4 file to write."""
    preset: str
    threads: int


class EncodeAudio(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Encode one sound stream as AAC stereo, exactly as long as the picture."""

    source: str
    mezzanine: Mezzanine
    stream_index: int
    samples: int
    """At 48 kHz."""
    draft: str


class MakePictures(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Draw the poster and the thumbnail tiles into a folder."""

    source: str
    mezzanine: Mezzanine
    folder: str


class ExtractText(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Write a text stream as WebVTT."""

    source: str
    mezzanine: Mezzanine
    stream_index: int
    draft: str


Task = Survey | EncodeVideo | EncodeAudio | MakePictures | ExtractText


class Advanced(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """A sign of life."""

    frames: int
    """Of the source, since the task began."""


class Surveyed(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    mezzanine: Mezzanine


class Finished(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """The drafts are whole."""

    count: int
    """Frames, samples, thumbnails or cues: what the task makes."""


class Refused(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """A typed error, to be raised again by whoever asked."""

    code: str
    what: str


Reply = Advanced | Surveyed | Finished | Refused
