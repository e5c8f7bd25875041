import pytest

from matinee.errors import FormatUnsupported, ManifestInvalid
from matinee.manifest.elements import Element, read_elements
from matinee.manifest.protection import CLEARKEY, MP4_PROTECTION, Protection, read_clearkey_url, read_protection

KEY_ID = "9eb4050d-e44b-4802-932e-27d75083e266"


def protected(descriptors: str) -> Element:
    namespaces = (
        'xmlns:cenc="urn:mpeg:cenc:2013" xmlns:dashif="https://dashif.org/CPS" '
        'xmlns:ck="http://dashif.org/guidelines/clearKey"'
    )
    return read_elements(f"<AdaptationSet {namespaces}>{descriptors}</AdaptationSet>".encode())


def common_encryption(key_ids: str) -> str:
    return f'<ContentProtection schemeIdUri="{MP4_PROTECTION}" value="cenc" cenc:default_KID="{key_ids}"/>'


def clearkey(inside: str, *, scheme: str = CLEARKEY) -> str:
    return f'<ContentProtection schemeIdUri="{scheme}" value="ClearKey1.0">{inside}</ContentProtection>'


def test_what_is_clear_needs_no_key() -> None:
    assert read_protection([protected("")]) == Protection()


def test_key_ids_lose_dashes_and_capitals_and_repetitions() -> None:
    element = protected(common_encryption(KEY_ID.upper()) + common_encryption(f"{KEY_ID} {'0' * 32}"))
    assert read_protection([element, element]).key_ids == (KEY_ID.replace("-", ""), "0" * 32)


def test_protection_without_a_key_id_is_not_taken_for_clear() -> None:
    with pytest.raises(FormatUnsupported, match="names no default_KID"):
        read_protection([protected(clearkey(""))])


@pytest.mark.parametrize("text", ["zz", KEY_ID + "00", "g" * 32])
def test_a_key_id_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ManifestInvalid, match="is not a UUID"):
        read_protection([protected(common_encryption(text))])


@pytest.mark.parametrize(
    "laurl",
    [
        "<dashif:Laurl>/v1/clearkey</dashif:Laurl>",
        "<dashif:laurl>/v1/clearkey</dashif:laurl>",
        '<ck:Laurl Lic_type="EME-1.0">http://a.example/v1/clearkey</ck:Laurl>',
    ],
)
def test_the_clearkey_license_url_is_found_in_either_namespace(laurl: str) -> None:
    element = protected(common_encryption(KEY_ID) + clearkey(laurl, scheme=CLEARKEY.upper()))
    assert read_clearkey_url([element], url="http://a.example/t/m.mpd") == "http://a.example/v1/clearkey"


def test_other_systems_are_left_alone() -> None:
    widevine = clearkey(
        "<dashif:Laurl>/widevine</dashif:Laurl>", scheme="urn:uuid:edef8ba9-79d6-4ace-a3c8-27dcd51d21ed"
    )
    assert read_clearkey_url([protected(widevine + clearkey("<dashif:Laurl/>"))], url="http://a.example/m.mpd") == ""


def test_the_scheme_and_the_boxes_of_key_systems_are_kept_once_each() -> None:
    element = protected(common_encryption(KEY_ID) + clearkey("<cenc:pssh>AAECAw==</cenc:pssh>"))
    assert read_protection([element, element]) == Protection(
        key_ids=(KEY_ID.replace("-", ""),), scheme="cenc", pssh=(bytes(range(4)),)
    )


def test_a_box_that_is_not_base64_is_refused() -> None:
    with pytest.raises(ManifestInvalid, match="not base64"):
        read_protection([protected(common_encryption(KEY_ID) + clearkey("<cenc:pssh>~</cenc:pssh>"))])
