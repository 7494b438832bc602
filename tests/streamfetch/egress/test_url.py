"""Addresses as people type them: one spelling, or a refusal that says why."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamfetch.egress.addresses import AllowedHosts
from streamfetch.egress.errors import InvalidUrl, UnsafeUrl
from streamfetch.egress.url import parse_public_url


@pytest.mark.parametrize(
    ("text", "spelled"),
    [
        ("https://example.org/a/b.mp4?x=1&y=2", "https://example.org/a/b.mp4?x=1&y=2"),
        ("  HTTPS://Example.ORG\n", "https://example.org/"),
        ("http://example.org:80/", "http://example.org/"),
        ("http://example.org:443/", "http://example.org:443/"),
        ("http://example.org:/x", "http://example.org/x"),
        ("https://example.org./x", "https://example.org/x"),
        ("https://example.org/x#part", "https://example.org/x"),
        ("https://example.org?q", "https://example.org/?q"),
        ("https://bücher.example/ü ü", "https://xn--bcher-kva.example/%C3%BC%20%C3%BC"),
        ("https://example.org/😀?q=é", "https://example.org/%F0%9F%98%80?q=%C3%A9"),
        ("https://example.org/a%20b%2Fc", "https://example.org/a%20b%2Fc"),
        ("https://ex_ample.example.org/", "https://ex_ample.example.org/"),
        ("https://8.8.8.8:8443/x", "https://8.8.8.8:8443/x"),
        ("https://[2606:4700:0:0::1111]/", "https://[2606:4700::1111]/"),
        ("https://ｅｘａｍｐｌｅ。org/", "https://example.org/"),  # noqa: RUF001
        ("https://example.org/\\..\\x", "https://example.org/%5C..%5Cx"),
        ("https://example.org/@user/x:y", "https://example.org/@user/x:y"),
    ],
)
def test_one_spelling(text: str, spelled: str) -> None:
    url = parse_public_url(text)
    assert str(url) == spelled
    assert str(parse_public_url(spelled)) == spelled


def test_parts() -> None:
    url = parse_public_url("http://[2606:4700::1111]:8080/watch?key=secret#t=3")
    assert (url.scheme, url.host, url.port) == ("http", "2606:4700::1111", 8080)
    assert url.target == "/watch?key=secret"
    assert url.origin == "http://[2606:4700::1111]:8080"
    assert "secret" not in url.without_query


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "not_a_url"),
        ("   ", "not_a_url"),
        ("just words", "not_a_url"),
        ("example.org/video.mp4", "not_a_url"),
        ("example.org:8080/x", "not_a_url"),
        ("localhost:8000", "not_a_url"),
        ("//example.org/x", "not_a_url"),
        ("../../etc/passwd", "not_a_url"),
        ("http:///x", "missing_host"),
        ("https:example.org", "missing_host"),
        ("http://:80/", "missing_host"),
        ("http://./", "missing_host"),
        ("https://example.org:0/", "bad_port"),
        ("https://example.org:99999/", "bad_port"),
        ("https://example.org:http/", "bad_port"),
        ("https://example.org:８０/", "bad_port"),  # noqa: RUF001
        ("https://example.org:80:80/", "bad_port"),
        ("https://exa mple.org/", "bad_host"),
        ("https://-x.org/", "bad_host"),
        ("https://a..b.org/", "bad_host"),
        (f"https://{'a' * 64}.org/", "bad_host"),
        (f"https://{'a.' * 130}org/", "bad_host"),
        ("https://ex%61mple.org/", "bad_host"),
        ("https://example.org\\.evil.test/", "bad_host"),
        ("https://[::1/", "bad_host"),
        ("https://[example]/", "bad_host"),
        ("https://[fe80::1%25eth0]/", "bad_host"),
        ("https://[fe80::1%eth0]/", "bad_host"),
        ("https://*/", "bad_host"),
        ("https://exam\u2100ple.org/", "bad_host"),
        ("https://example.org/\x00", "control_character"),
        ("https://exam\nple.org/", "control_character"),
        ("https://example.org/\r\nHost: x", "control_character"),
        ("https://example.org/\tx", "control_character"),
        ("https://example.org/\u2028x", "control_character"),
        ("https://example.org/\ud800", "control_character"),
        ("https://example.org/" + "a" * 8000, "url_too_long"),
    ],
)
def test_invalid(text: str, code: str) -> None:
    with pytest.raises(InvalidUrl) as caught:
        parse_public_url(text)
    assert caught.value.code == code
    assert caught.value.detail.endswith(".")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("file:///etc/passwd", "scheme_refused"),
        ("FILE:/etc/passwd", "scheme_refused"),
        ("javascript:alert(1)", "scheme_refused"),
        ("data:text/html,x", "scheme_refused"),
        ("ftp://example.org/x", "scheme_refused"),
        ("gopher://example.org/x", "scheme_refused"),
        ("concat:a|b", "scheme_refused"),
        ("https://user:secret@example.org/", "credentials_in_url"),
        ("https://@example.org/", "credentials_in_url"),
        ("https://example.org\\@127.0.0.1/", "credentials_in_url"),
        ("http://2130706433/", "ambiguous_host"),
        ("http://0x7f000001/", "ambiguous_host"),
        ("http://0x7f.0.0.1/", "ambiguous_host"),
        ("http://0177.0.0.1/", "ambiguous_host"),
        ("http://017700000001/", "ambiguous_host"),
        ("http://127.1/", "ambiguous_host"),
        ("http://127.0.0.1.1/", "ambiguous_host"),
        ("http://256.1.1.1/", "ambiguous_host"),
        ("http://x.0x/", "ambiguous_host"),
        ("http://127.0.0.1/", "blocked_address"),
        ("http://127.0.0.1./", "blocked_address"),
        ("http://①②⑦.⓪.⓪.①/", "blocked_address"),
        ("http://127。0。0。1/", "blocked_address"),
        ("http://0.0.0.0/", "blocked_address"),
        ("http://169.254.169.254/latest/meta-data/", "blocked_address"),
        ("http://[::1]/", "blocked_address"),
        ("http://[::ffff:127.0.0.1]/", "blocked_address"),
        ("http://[::ffff:7f00:1]/", "blocked_address"),
        ("http://[64:ff9b::7f00:1]/", "blocked_address"),
        ("https://example.org:22/", "blocked_port"),
        ("https://example.org:25/", "blocked_port"),
        ("https://example.org:6379/", "blocked_port"),
    ],
)
def test_unsafe(text: str, code: str) -> None:
    with pytest.raises(UnsafeUrl) as caught:
        parse_public_url(text)
    assert caught.value.code == code
    assert caught.value.detail.endswith(".")
    assert "secret" not in caught.value.detail


def test_operator_opens_hosts_and_ports() -> None:
    allowed = AllowedHosts.parse("127.0.0.1,media.lan:81")
    url = parse_public_url("http://127.0.0.1:8000/x", allowed_hosts=allowed)
    assert url.port == 8000
    assert parse_public_url("http://media.lan:81/", allowed_hosts=allowed).port == 81
    with pytest.raises(UnsafeUrl):
        parse_public_url("http://127.0.0.2:8000/x", allowed_hosts=allowed)
    with pytest.raises(UnsafeUrl):
        parse_public_url("http://127.0.0.1:6379/x", allowed_hosts=allowed)


@given(st.text(max_size=60), st.sampled_from(["", "http://", "https://[", "http://a/"]))
def test_any_text_is_read_or_refused(text: str, start: str) -> None:
    try:
        url = parse_public_url(start + text)
    except (InvalidUrl, UnsafeUrl):
        return
    assert str(url).isascii()
    assert parse_public_url(str(url)) == url
