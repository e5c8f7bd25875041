import base64

import pytest

from matinee.errors import FormatUnsupported, ManifestInvalid
from matinee.manifest.hls.keys import MAX_KEY_FORMATS, Key, Keys
from matinee.manifest.hls.lines import Variables, read_lines
from tests.support.playlists import MEDIA_URL, playlist

KEY_ID = "00112233445566778899aabbccddeeff"
WIDEVINE = (
    'METHOD=SAMPLE-AES,URI="data:text/plain;base64,AAAA",KEYFORMAT="urn:uuid:edef8ba9-79d6-4ace-a3c8-27dcd51d21ed"'
)


def chosen(*texts: str) -> Key | None:
    keys = Keys(url=MEDIA_URL)
    document = playlist(*(f"#EXT-X-KEY:{text}" for text in texts))
    for line in read_lines(document, variables=Variables(url=MEDIA_URL, imported={})):
        keys.take(line)
    return keys.chosen


def test_the_last_key_of_a_format_counts_and_none_clears_all() -> None:
    key = chosen('METHOD=AES-128,URI="a"', 'METHOD=AES-128,URI="b"')
    assert key is not None
    assert key.url == "http://a.example/titles/heist/video/720p/b"
    assert chosen('METHOD=AES-128,URI="a"', "METHOD=NONE") is None


def test_a_key_id_stands_in_its_attribute_or_in_the_data_as_hls_js_reads_it() -> None:
    data = base64.b64encode(bytes.fromhex(KEY_ID)).decode()
    for said in (f'URI="http://l/",KEYID=0x{KEY_ID.upper()}', f'URI="data:text/plain;base64,{data}"'):
        key = chosen(f'METHOD=SAMPLE-AES-CTR,KEYFORMAT="org.w3.clearkey",{said}')
        assert key is not None
        assert (key.key_id, key.is_licensed, key.opens(1)) == (KEY_ID, True, None)


def test_a_raw_key_of_shaka_packager_is_named_by_its_id() -> None:
    data = base64.b64encode(bytes.fromhex(KEY_ID)).decode()
    key = chosen(f'METHOD=SAMPLE-AES,URI="data:text/plain;base64,{data}",KEYFORMAT="identity"')
    assert key is not None
    assert (key.key_id, key.is_licensed) == (KEY_ID, True)


def test_another_system_does_no_harm_beside_one_that_is_known() -> None:
    assert chosen(WIDEVINE, 'METHOD=SAMPLE-AES,URI="k"') is not None
    with pytest.raises(FormatUnsupported, match=r"protected by 'urn:uuid:edef8ba9.*; ClearKey and plain keys"):
        chosen(WIDEVINE)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('METHOD=AES-256,URI="k"', "an encryption by 'AES-256'"),
        ('METHOD=AES-128,URI="data:;base64,AAAA"', "a key without an address"),
        ('METHOD=SAMPLE-AES,URI="http://l/",KEYFORMAT="org.w3.clearkey"', "a key without an address or a key id"),
        (
            'METHOD=SAMPLE-AES,URI="data:text/plain,abc",KEYFORMAT="org.w3.clearkey"',
            "a key without an address or a key id",
        ),
        ('METHOD=SAMPLE-AES,URI="data:;base64,%%",KEYFORMAT="org.w3.clearkey"', "a key without an address or a key id"),
        ('METHOD=AES-128,URI="file:///k"', "http and https are fetched"),
    ],
)
def test_what_cannot_be_opened_is_said_by_name(text: str, reason: str) -> None:
    with pytest.raises(FormatUnsupported, match=reason):
        chosen(text)


@pytest.mark.parametrize(
    "texts",
    [
        ['URI="k"'],
        ["METHOD=AES-128"],
        ['METHOD=AES-128,URI="k",IV=1'],
        ['METHOD=AES-128,URI="k",IV=0x' + "1" * 33],
        [f'METHOD=AES-128,URI="k",KEYFORMAT="f{number}"' for number in range(MAX_KEY_FORMATS + 1)],
    ],
)
def test_what_breaks_the_format_is_refused(texts: list[str]) -> None:
    with pytest.raises(ManifestInvalid, match="EXT-X-KEY: "):
        chosen(*texts)
