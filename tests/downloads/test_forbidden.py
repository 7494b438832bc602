"""No request that a user can cause reaches an address that is not permitted.

Everywhere here a listener waits on such an address and must record no hit. These
tests permit 127.0.0.1 alone, so 127.0.0.2 stands for the private network.
"""

from collections.abc import Callable
from dataclasses import replace

import pytest
from rest_framework.test import APIClient

from downloads.models import Download
from downloads.sources.base import Means, Wanted, WantedTrack
from downloads.sources.failures import SourceFailure
from downloads.sources.video import Video
from downloads.sources.ytdlp import YtDlpSource
from streamfetch.egress.errors import FetchError
from streamfetch.egress.proxy import EgressProxy
from tests.downloads.shelf import serving

HLS, HTML, DASH = (
    "application/vnd.apple.mpegurl",
    "text/html",
    "application/dash+xml",
)
API = "/api/v1/"

ADDRESSES = {
    "plain": "http://127.0.0.2:{port}/v.mp4",
    "decimal": "http://2130706434:{port}/v.mp4",
    "hexadecimal": "http://0x7f000002:{port}/v.mp4",
    "octal": "http://0177.0.0.2:{port}/v.mp4",
    "short": "http://127.2:{port}/v.mp4",
    "IPv6-mapped": "http://[::ffff:127.0.0.2]:{port}/v.mp4",
    "IPv6-mapped hexadecimal": "http://[::ffff:7f00:2]:{port}/v.mp4",
    "everywhere": "http://0.0.0.0:{port}/v.mp4",
    "credentials": "http://127.0.0.1:80@127.0.0.2:{port}/v.mp4",
    "metadata": "http://169.254.169.254/latest/meta-data/",
    "file": "file:///etc/passwd",
    "script": "javascript:alert(1)",
    "no URL": "127.0.0.2",
}


@pytest.mark.django_db
def test_forbidden_addresses_are_refused_by_every_way_in(
    api: APIClient, forbidden: tuple[int, list[int]]
) -> None:
    port, hits = forbidden
    for name, place in ADDRESSES.items():
        url = place.format(port=port)
        asked = {
            "downloads/inspect/": {"url": url},
            "downloads/": {"url": url},
            "subscriptions/": {"url": url},
        }
        for path, body in asked.items():
            answer = api.post(API + path, body)
            assert answer.status_code == 400, (name, path, answer.content)
            assert answer.json()["detail"].endswith("."), (name, path)
        many = {"entries": [{"url": url}], "preset": "best"}
        refused = api.post(f"{API}downloads/many/", many).json()["refused"]
        assert [each["url"] for each in refused] == [url], name
    assert not Download.objects.exists()
    assert hits == []


@pytest.mark.django_db
def test_a_file_that_leads_elsewhere_is_refused_on_that_hop(
    api: APIClient, forbidden: tuple[int, list[int]], work: Callable[[], None]
) -> None:
    port, hits = forbidden
    bad = f"http://127.0.0.2:{port}/v.mp4"
    leads: dict[str, tuple[int, dict[str, str]]] = {
        "/one": (302, {"Location": bad}),
        "/two": (307, {"Location": "/one"}),
        "/three": (301, {"Location": f"http://2130706434:{port}/"}),
        "/four": (308, {"Location": "file:///etc/passwd"}),
    }
    with serving({}, refusals=leads) as shelf:
        for path in leads:
            body = {"url": shelf.url(path)}
            assert api.post(f"{API}downloads/inspect/", body).status_code == 422
            assert api.post(f"{API}downloads/", body).status_code == 202
        work()
        # What is permitted was asked: the proxy worked, and refused.
        assert {path for path, _range in shelf.asked} == set(leads)
    assert {row.state for row in Download.objects.all()} == {"failed"}
    assert hits == []


LEADS = {
    "redirect": (302, "", ""),
    "refresh": (
        200,
        HTML,
        '<!doctype html><meta http-equiv="refresh" content="0; url={bad}">',
    ),
    "video tag": (200, HTML, '<!doctype html><video src="{bad}"></video>'),
    "open graph": (
        200,
        HTML,
        '<!doctype html><meta property="og:title" content="x">'
        '<meta property="og:video" content="{bad}">',
    ),
    "linked data": (
        200,
        HTML,
        '<!doctype html><script type="application/ld+json">{{"@context":'
        '"https://schema.org","@type":"VideoObject","name":"x","contentUrl":"{bad}"}}'
        "</script>",
    ),
    "stream": (
        200,
        HLS,
        "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n{bad}\n#EXT-X-ENDLIST\n",
    ),
    "key and words of a stream": (
        200,
        HLS,
        '#EXTM3U\n#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="s",NAME="English",'
        'LANGUAGE="en",URI="{bad}"\n#EXT-X-STREAM-INF:BANDWIDTH=900000,'
        'RESOLUTION=640x360,CODECS="avc1.64001e,mp4a.40.2",SUBTITLES="s"\nk\n',
    ),
    "manifest": (
        200,
        DASH,
        '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static"'
        ' mediaPresentationDuration="PT2S"><Period><AdaptationSet mimeType="video/mp4">'
        '<Representation id="1" bandwidth="9000" codecs="avc1.64001e" width="320" '
        'height="180"><BaseURL>{bad}</BaseURL></Representation></AdaptationSet>'
        "</Period></MPD>",
    ),
    "local stream": (
        200,
        HLS,
        "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nfile:///etc/passwd\n"
        "#EXT-X-ENDLIST\n",
    ),
}


@pytest.mark.parametrize("lead", LEADS)
def test_no_page_leads_yt_dlp_to_a_forbidden_address(
    ytdlp: YtDlpSource, tools: Means, forbidden: tuple[int, list[int]], lead: str
) -> None:
    """The proxy of these tests permits 127.0.0.1, where the page is, alone."""
    port, hits = forbidden
    bad = f"http://127.0.0.2:{port}/v.mp4"
    status, kind, text = LEADS[lead]
    with serving({}) as shelf:
        if status == 302:
            shelf.refusals["/p"] = (302, {"Location": bad})
        else:
            shelf.files["/p"] = (kind, text.format(bad=bad).encode())
        keyed = f'#EXT-X-KEY:METHOD=AES-128,URI="{bad}"\n#EXTINF:2,\nx.ts\n'
        keyed = f"#EXTM3U\n#EXT-X-TARGETDURATION:2\n{keyed}#EXT-X-ENDLIST\n"
        shelf.files |= {"/k": (HLS, keyed.encode()), "/x.ts": ("video/mp2t", b"x" * 32)}
        try:
            found = ytdlp.inspect(shelf.url("/p"), video_id="v", means=tools)
            assert isinstance(found, Video)
            fetched = ytdlp.fetch(
                Wanted(
                    url=shelf.url("/p"),
                    format_id=found.default_format_id,
                    video=found,
                    tracks=(WantedTrack("en"),),
                ),
                means=tools,
                on_received=lambda _received: None,
                on_found=lambda _found: None,
            )
        except (SourceFailure, FetchError):
            fetched = None
    assert fetched is None
    assert hits == []


def test_a_name_that_changes_between_looks_reaches_nothing(
    ytdlp: YtDlpSource, tools: Means, forbidden: tuple[int, list[int]]
) -> None:
    """Public when it is first looked up, then forbidden: each look is judged."""
    port, hits = forbidden
    answers = iter(["203.0.113.7"])

    def resolver(_host: str, _port: int) -> list[str]:
        return [next(answers, "127.0.0.2")]

    strict = EgressProxy(tools.proxy.allowed_hosts, resolver=resolver)
    with strict, pytest.raises((SourceFailure, FetchError)):
        ytdlp.inspect(
            f"http://rebinding.test:{port}/v",
            video_id="v",
            means=replace(tools, proxy=strict),
        )
    assert hits == []
