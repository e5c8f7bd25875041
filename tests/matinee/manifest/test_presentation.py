from matinee.manifest.presentation import BaseUrl, Live, Period, Presentation, Rendition, Track


def track(*key_ids: str) -> Track:
    rendition = Rendition(rendition_id="v1", bitrate_kbps=800, mime_type="video/mp4")
    return Track(track_id="1", kind="video", renditions=(rendition,), key_ids=key_ids)


def test_the_keys_of_a_presentation_are_those_of_all_its_periods_once_each() -> None:
    presentation = Presentation(
        duration_ms=None,
        base_urls=(BaseUrl(url="http://a.example/", service_location="a"),),
        periods=(Period(tracks=(track("b"), track("c", "b"))), Period(period_id="1", tracks=(track("a"), track()))),
    )
    assert presentation.key_ids == ("a", "b", "c")


def shown(*periods: Period, live: Live | None = None) -> Presentation:
    places = (BaseUrl(url="http://a.example/", service_location="a"),)
    return Presentation(duration_ms=None, base_urls=places, periods=periods, live=live)


AD, PROGRAM = (
    Period(period_id="ad", start_ms=1_000, end_ms=9_000, tracks=(track(),)),
    Period(period_id="p", start_ms=9_000, tracks=(track(),)),
)


def test_a_position_lies_in_the_period_that_began_last_and_before_all_in_the_first() -> None:
    it = shown(AD, PROGRAM)
    assert [it.period_at(position_ms).period_id for position_ms in (0, 1_000, 8_999, 9_000)] == ["ad", "ad", "ad", "p"]


def test_a_period_is_followed_by_the_next_that_begins_later() -> None:
    it = shown(AD, PROGRAM)
    assert (it.period_after(AD), it.period_after(PROGRAM)) == (PROGRAM, None)


def test_a_period_is_the_last_once_no_later_manifest_can_bring_another() -> None:
    whole = shown(AD, PROGRAM)
    assert (whole.is_final(AD), whole.is_final(PROGRAM)) == (False, True)
    assert not shown(AD, PROGRAM, live=Live(refresh_ms=2_000)).is_final(PROGRAM)
    assert not shown(PROGRAM, live=Live()).is_final(PROGRAM)
    assert shown(AD, live=Live()).is_final(AD)
