import msgspec
import pytest

from matinee.wire.ids import ApplianceId, KeyId, OpaqueId, TitleId, WallMs


@pytest.mark.parametrize("title_id", ["a", "big-buck-bunny", "2001", "x" * 64])
def test_a_title_id_is_a_name_for_urls_and_folders(title_id: str) -> None:
    assert msgspec.convert(title_id, TitleId) == title_id
    assert msgspec.convert(title_id, ApplianceId) == title_id


@pytest.mark.parametrize("text", ["", "..", "a/b", "-a", "a-", "A", "a b", "x" * 65, "a\n", "a.b", "é", "*"])
def test_what_could_leave_its_folder_is_no_title_id(text: str) -> None:
    for kind in (TitleId, ApplianceId):
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert(text, kind)


@pytest.mark.parametrize("text", ["", "a b", "a/b", "x" * 65, "a.b", "a\n"])
def test_an_opaque_id_is_url_safe(text: str) -> None:
    assert msgspec.convert("aB3_-", OpaqueId) == "aB3_-"
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(text, OpaqueId)


@pytest.mark.parametrize(
    "text", ["0" * 31, "0" * 33, "G" * 32, "A" * 32, "0" * 32 + "\n", "00000000-0000-0000-0000-000000000000"]
)
def test_a_key_id_is_sixteen_bytes_in_lower_case_hexadecimal(text: str) -> None:
    assert msgspec.convert("0f" * 16, KeyId) == "0f" * 16
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(text, KeyId)


@pytest.mark.parametrize("value", [-1, (1 << 53) + 1, 1.5])
def test_a_date_is_a_whole_number_that_every_json_reader_holds(value: float) -> None:
    assert msgspec.convert(1 << 53, WallMs) == 1 << 53
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(value, WallMs)
