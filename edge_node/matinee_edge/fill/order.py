"""In which order the files of a title are pulled. Pure."""

from collections.abc import Sequence

from matinee.wire.title import INDEX_NAME, MediaFile
from matinee_edge.listing import Listing

FIRST_FILES = 3
"""Of each representation, pulled before the rest: the init segment and two media segments start a player."""
MANIFEST_EXTENSIONS = ("mpd", "m3u8")


def pull_order(listing: Listing, lacking: Sequence[MediaFile]) -> list[MediaFile]:
    """`lacking` in the order in which a viewer needs it.

    Manifests; then the first files of every representation, so that any rung can start; then what belongs to no
    representation (subtitles, pictures); then the rest by place in the title, all representations side by side.
    """
    places = {file.path: place for files in listing.representations.values() for place, file in enumerate(files)}
    return sorted(lacking, key=lambda file: _rank(file, places.get(file.path)))


def _rank(file: MediaFile, place: int | None) -> tuple[int, int]:
    if file.path == INDEX_NAME:
        return 0, 0
    if file.path.rpartition(".")[2] in MANIFEST_EXTENSIONS:
        return 1, 0
    if place is None:
        return 3, 0
    return (2, place) if place < FIRST_FILES else (4, place)
