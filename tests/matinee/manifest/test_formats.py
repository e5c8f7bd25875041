import pytest

from matinee.errors import ManifestInvalid
from matinee.manifest.formats import read_manifest
from tests.support.mpds import mpd, video_set
from tests.support.playlists import MEDIA_URL, listed, media

DASH = mpd(video_set())


@pytest.mark.parametrize("prefix", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("document", [DASH, media(*listed("4"))], ids=["dash", "hls"])
def test_a_format_is_told_by_how_the_document_begins(document: bytes, prefix: bytes) -> None:
    found = read_manifest(prefix + document, url=MEDIA_URL, content_type="text/plain")
    assert found.periods[0].tracks[0].kind == "video"


@pytest.mark.parametrize("document", [b"", b"ftyp", b"\n#EXTM3U", b"{}"])
def test_anything_else_is_refused_with_what_the_server_calls_it(document: bytes) -> None:
    with pytest.raises(ManifestInvalid, match="which the server calls 'video/mp4', is neither"):
        read_manifest(document, url=MEDIA_URL, content_type="video/mp4")
