from matinee.manifest.presentation import BaseUrl, Period, Presentation, Rendition, Track


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
