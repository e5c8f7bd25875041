import pytest

from matinee.manifest.codecs import audio_codecs, family_of, video_codecs


def test_a_list_is_parted_into_pictures_and_sound_and_text_is_neither() -> None:
    codecs = "avc1.64001f, mp4a.40.2,wvtt,stpp.ttml.im1t"
    assert (video_codecs(codecs), audio_codecs(codecs)) == ("avc1.64001f", "mp4a.40.2")
    assert (video_codecs(""), audio_codecs(",")) == ("", "")


@pytest.mark.parametrize(
    ("codec", "family"),
    [("hev1.1.6.L93", "HEVC"), ("hvc1.2.4.L93", "HEVC"), ("Opus", "Opus"), ("fLaC", "FLAC"), ("xyz1.2", "xyz1")],
)
def test_versions_of_one_codec_are_a_family(codec: str, family: str) -> None:
    assert family_of(codec) == family
