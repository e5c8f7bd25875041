"""MPDs for tests: the frame that every one has, around the lines that a test is about."""

MANIFEST_URL = "http://appliance.example/t/token/titles/heist/manifest.mpd"

VIDEO = '<Representation id="v1" bandwidth="800000" mimeType="video/mp4" codecs="avc1.64001f"/>'
TEMPLATE = '<SegmentTemplate duration="2" media="$RepresentationID$/$Number$.m4s"/>'


def mpd(adaptation_sets: str = "", *, of_mpd: str = "", attributes: str = 'mediaPresentationDuration="PT6S"') -> bytes:
    """An MPD of one period. `of_mpd` stands before the period; `attributes` are the MPD's own."""
    return (
        '<?xml version="1.0"?>\n'
        '<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" xmlns:cenc="urn:mpeg:cenc:2013" '
        'xmlns:dashif="https://dashif.org/CPS" xmlns:dvb="urn:dvb:dash:dash-extensions:2014-1" '
        f'xmlns:xlink="http://www.w3.org/1999/xlink" {attributes}>'
        f"{of_mpd}<Period>{adaptation_sets}</Period></MPD>"
    ).encode()


def video_set(addressing: str = TEMPLATE, *, representations: str = VIDEO) -> str:
    """An AdaptationSet of video with the given segment addressing."""
    return f"<AdaptationSet>{addressing}{representations}</AdaptationSet>"
