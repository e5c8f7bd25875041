"""The shapes that other people's manifests come in, and what a viewer gets of each."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.foreign.packagers import KEY, KEY_ID, RAW_KEY, Maker, ffmpeg_dash, ffmpeg_hls, ffmpeg_program, shaka
from tests.foreign.sources import PICTURES, SECONDS, pictures, sound


@dataclass(frozen=True)
class Case:
    """One manifest, and what it is played with."""

    make: Maker | None = None
    """None: it is being made while it is watched."""
    manifest: str = "manifest.mpd"
    keys: Mapping[str, str] = field(default_factory=dict)
    language: str = ""
    """Of the sound that is wanted."""
    pictures: int = PICTURES
    sound_ms: int = SECONDS * 1_000
    has_subtitles: bool = False
    needs_program: bool = False
    """Whether it takes FFmpeg as the system has it."""


AVC, SMALL, AAC, GERMAN = pictures(), pictures(height=18), sound(), sound(language="de")
HEVC, VP9, AV1, OPUS = pictures("libx265"), pictures("libvpx-vp9"), pictures("libsvtav1"), sound("libopus")
PAIR = {"video": AVC, "audio": AAC}
KEYS = {KEY_ID: KEY}
TOLD_NOWHERE = f"encryption_scheme=cenc-aes-ctr:encryption_key={KEY}:encryption_kid={KEY_ID}"

MPD, M3U8 = "manifest.mpd", "manifest.m3u8"
VIDEO, AUDIO, TEXT = "in=video.mp4,stream=video", "in=audio.mp4,stream=audio", "in=source.vtt,stream=text,language=en"
NUMBERED = (
    f"{VIDEO},init_segment=v/init.mp4,segment_template=v/$Number$.m4s",
    f"{AUDIO},init_segment=a/init.mp4,segment_template=a/$Number$.m4s",
)
OTHER = "in=other.mp4,stream=video,init_segment=o/init.mp4,segment_template=o/$Number$.m4s"
TIMED = tuple(stream.replace("$Number$", "$Time$") for stream in NUMBERED)
WHOLE = (f"{VIDEO},output=v.mp4", f"{AUDIO},output=a.mp4")
STREAMS = (f"{VIDEO},segment_template=v/$Number$.ts", f"{AUDIO},segment_template=a/$Number$.aac")
LISTED, CBCS = "--generate_static_live_mpd", "--protection_scheme=cbcs"
WEBVTT, TTML = f"{TEXT},segment_template=t/$Number$.vtt", f"{TEXT},format=ttml,segment_template=t/$Number$.ttml"
BOXED = f"{TEXT},init_segment=t/init.mp4,segment_template=t/$Number$.m4s"
RENDITIONS = "v:0,agroup:a v:1,agroup:a a:0,agroup:a,language:en,default:yes a:1,agroup:a,language:de"

DASH = {
    "ffmpeg by numbers": Case(ffmpeg_dash(SMALL, AVC, AAC, use_timeline="0"), MPD),
    "ffmpeg by a timeline": Case(ffmpeg_dash(SMALL, AVC, AAC), MPD),
    "ffmpeg by a list": Case(ffmpeg_dash(SMALL, AVC, AAC, use_template="0", use_timeline="0"), MPD),
    "ffmpeg by a list of byte ranges": Case(ffmpeg_dash(AVC, AAC, single_file="1"), MPD),
    "ffmpeg in two languages": Case(ffmpeg_dash(AVC, AAC, GERMAN), MPD, language="de"),
    "ffmpeg, hevc": Case(ffmpeg_dash(HEVC, AAC), MPD),
    "ffmpeg, av1": Case(ffmpeg_dash(AV1, AAC), MPD),
    "ffmpeg, vp9 and opus": Case(ffmpeg_dash(VP9, OPUS), MPD),
    "ffmpeg, webm": Case(ffmpeg_dash(VP9, OPUS, dash_segment_type="webm"), MPD),
    "ffmpeg, cenc told nowhere": Case(ffmpeg_dash(AVC, AAC, format_options=TOLD_NOWHERE), MPD, keys=KEYS),
    "ffmpeg of the system": Case(ffmpeg_program("-seg_duration", "1", manifest=MPD), MPD, needs_program=True),
    "shaka by numbers": Case(shaka(MPD, *NUMBERED, LISTED, **PAIR), MPD),
    "shaka by times": Case(shaka(MPD, *TIMED, LISTED, **PAIR), MPD),
    "shaka on demand": Case(shaka(MPD, *WHOLE, **PAIR), MPD),
    "shaka in two periods": Case(shaka(MPD, *NUMBERED, LISTED, "--ad_cues=1", **PAIR), MPD),
    "shaka in two codecs": Case(shaka(MPD, *NUMBERED, OTHER, LISTED, other=HEVC, **PAIR), MPD),
    "shaka, ac-3": Case(shaka(MPD, *NUMBERED, LISTED, video=AVC, audio=sound("ac3")), MPD),
    "shaka, cenc": Case(shaka(MPD, *NUMBERED, LISTED, *RAW_KEY, **PAIR), MPD, keys=KEYS),
    "shaka, cbcs": Case(shaka(MPD, *NUMBERED, LISTED, *RAW_KEY, CBCS, **PAIR), MPD, keys=KEYS),
    "shaka on demand, cbcs": Case(shaka(MPD, *WHOLE, *RAW_KEY, CBCS, **PAIR), MPD, keys=KEYS),
    "shaka, webvtt": Case(shaka(MPD, *NUMBERED, WEBVTT, LISTED, **PAIR), MPD, has_subtitles=True),
    "shaka, webvtt in mp4": Case(
        shaka(MPD, *NUMBERED, f"{BOXED},format=vtt+mp4", LISTED, **PAIR), MPD, has_subtitles=True
    ),
    "shaka on demand, webvtt in one file": Case(
        shaka(MPD, *WHOLE, f"{TEXT},output=t.vtt", **PAIR), MPD, has_subtitles=True
    ),
    "shaka, ttml": Case(shaka(MPD, *NUMBERED, TTML, LISTED, **PAIR), MPD, has_subtitles=True),
    "shaka, ttml in mp4": Case(
        shaka(MPD, *NUMBERED, f"{BOXED},format=ttml+mp4", LISTED, **PAIR), MPD, has_subtitles=True
    ),
    "shaka, sound alone": Case(shaka(MPD, NUMBERED[1], LISTED, **PAIR), MPD, pictures=0),
}
HLS = {
    "ffmpeg, transport streams": Case(ffmpeg_hls(AVC, AAC), M3U8),
    "ffmpeg, one transport stream": Case(ffmpeg_hls(AVC, AAC, hls_flags="single_file"), M3U8),
    "ffmpeg, pictures alone": Case(ffmpeg_hls(AVC), M3U8, sound_ms=0),
    "ffmpeg, sound alone": Case(ffmpeg_hls(AAC), M3U8, pictures=0),
    "ffmpeg, streams of both": Case(
        ffmpeg_hls(SMALL, AAC, AVC, GERMAN, name="%v.m3u8", master_pl_name=M3U8, var_stream_map="v:0,a:0 v:1,a:1"), M3U8
    ),
    "ffmpeg, fragments": Case(ffmpeg_hls(AVC, AAC, hls_segment_type="fmp4"), M3U8),
    "ffmpeg, fragments in one file": Case(ffmpeg_hls(AVC, AAC, hls_segment_type="fmp4", hls_flags="single_file"), M3U8),
    "ffmpeg, fragments in renditions": Case(
        ffmpeg_hls(
            *(SMALL, AVC, AAC, GERMAN),
            name="%v.m3u8",
            master_pl_name=M3U8,
            var_stream_map=RENDITIONS,
            hls_segment_type="fmp4",
            hls_fmp4_init_filename="init_%v.mp4",
        ),
        M3U8,
        language="de",
    ),
    "ffmpeg, discontinuity": Case(
        ffmpeg_hls(AVC, AAC, times=2, hls_flags="append_list+discont_start"),
        M3U8,
        pictures=2 * PICTURES,
        sound_ms=2_000 * SECONDS,
    ),
    "ffmpeg, aes-128": Case(ffmpeg_hls(AVC, AAC, hls_key_info_file="key.info"), M3U8),
    "ffmpeg of the system": Case(ffmpeg_program("-hls_time", "1", manifest=M3U8), M3U8, needs_program=True),
    "shaka, fragments": Case(shaka(M3U8, *NUMBERED, **PAIR), M3U8),
    "shaka, byte ranges": Case(shaka(M3U8, *WHOLE, **PAIR), M3U8),
    "shaka, transport streams and packed sound": Case(shaka(M3U8, *STREAMS, **PAIR), M3U8),
    "shaka, discontinuity": Case(shaka(M3U8, *NUMBERED, "--ad_cues=1", **PAIR), M3U8),
    "shaka, cenc told nowhere": Case(shaka(M3U8, *NUMBERED, *RAW_KEY, **PAIR), M3U8, keys=KEYS),
    "shaka, cbcs": Case(shaka(M3U8, *NUMBERED, *RAW_KEY, CBCS, **PAIR), M3U8, keys=KEYS),
    "shaka, cbcs with a key at an address": Case(
        shaka(M3U8, *NUMBERED, *RAW_KEY, CBCS, "--hls_key_uri=key", **PAIR), M3U8
    ),
    "shaka, webvtt": Case(shaka(M3U8, *NUMBERED, WEBVTT, **PAIR), M3U8, has_subtitles=True),
    "shaka, webvtt beside transport streams": Case(shaka(M3U8, *STREAMS, WEBVTT, **PAIR), M3U8, has_subtitles=True),
    "shaka, ttml in mp4": Case(shaka(M3U8, *NUMBERED, f"{BOXED},format=ttml+mp4", **PAIR), M3U8, has_subtitles=True),
}
SHAPES = {f"dash: {name}": case for name, case in DASH.items()} | {f"hls: {name}": case for name, case in HLS.items()}
