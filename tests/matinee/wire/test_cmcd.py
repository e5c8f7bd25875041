"""CMCD as it travels."""

from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matinee.wire.cmcd import Cmcd, Version, headers, payload, with_query

SEGMENT = Cmcd(
    bl=11_960, br=2_350, bs=True, d=4_000, dl=8_010, mtp=8_249, ot="v", pr_permille=1_250, rtp=9_000, sf="d",
    sid="a1", sn=7, st="v", sta="p", su=True, tb=6_000, ltc=2_040,
)  # fmt: skip
FIELDS = st.fixed_dictionaries(
    {},
    optional={
        **{name: st.integers(0, 10**9) for name in ("bl", "br", "d", "dl", "ltc", "mtp", "rtp", "tb")},
        "pr_permille": st.integers(1, 16_000),
        "ot": st.sampled_from(["v", "a", "av"]),
        "sid": st.text('abc-_"\\ ,=%', min_size=1, max_size=64),
    },
)


def test_version_1_has_single_values_in_the_order_of_their_keys() -> None:
    assert payload(SEGMENT, version=1) == (
        'bl=12000,br=2350,bs,d=4000,dl=8000,mtp=8200,ot=v,pr=1.25,rtp=9000,sf=d,sid="a1",st=v,su,tb=6000'
    )


def test_version_2_has_lists_and_says_so() -> None:
    assert payload(SEGMENT, version=2) == (
        "bl=(12000),br=(2350),bs,d=4000,dl=8000,ltc=2000,mtp=(8200),ot=v,pr=1.25,rtp=9000,sf=d,"
        'sid="a1",sn=7,st=v,sta=p,su,tb=(6000),v=2'
    )


def test_each_field_has_its_header() -> None:
    assert headers(SEGMENT, version=1) == {
        "CMCD-Request": "bl=12000,dl=8000,mtp=8200,su",
        "CMCD-Object": "br=2350,d=4000,ot=v,tb=6000",
        "CMCD-Status": "bs,pr=1.25,rtp=9000",
        "CMCD-Session": 'sf=d,sid="a1",st=v',
    }


@pytest.mark.parametrize(("permille", "told"), [(1_000, ""), (2_000, "pr=2.0"), (500, "pr=0.5"), (1_005, "pr=1.005")])
def test_a_speed_is_a_decimal_and_the_normal_one_is_not_told(permille: int, told: str) -> None:
    assert payload(Cmcd(pr_permille=permille), version=1) == told


def test_what_is_not_known_is_not_told() -> None:
    assert (payload(Cmcd(), version=1), headers(Cmcd(), version=1)) == ("", {})


@given(FIELDS, st.sampled_from([1, 2]))
def test_the_query_is_escaped_and_the_address_stays(fields: dict[str, object], version: Version) -> None:
    cmcd = Cmcd(**fields)  # type: ignore[arg-type]
    parts = urlsplit(with_query("http://a.test/t/seg-1.m4s?token=x%2Fy#here", cmcd, version=version))
    assert (parts.path, parts.fragment, parts.query.startswith("token=x%2Fy&CMCD=")) == ("/t/seg-1.m4s", "here", True)
    told = parse_qs(parts.query, keep_blank_values=True)["CMCD"]
    assert told == [payload(cmcd, version=version)]
