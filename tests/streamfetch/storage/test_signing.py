"""Tokens: what they allow, to whom, until when."""

import base64
import json
import string
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamfetch.storage import signing
from streamfetch.storage.errors import LinkExpired, LinkInvalid, UnsafeKey

PREFIX = "assets/0b0d7a1c-5f5e-4e0e-9a53-1f2ed5f3a001/renditions/cmaf-1/"
KEY = "assets/0b0d7a1c-5f5e-4e0e-9a53-1f2ed5f3a001/source.mp4"
URL_SAFE = set(string.ascii_letters + string.digits + "-_.")


def soon() -> int:
    return int(time.time()) + 100


def test_a_token_says_what_was_signed() -> None:
    for grant in (
        signing.ReadGrant(PREFIX, soon()),
        signing.ReadGrant(KEY, soon(), 'My "film" 🎬.mp4'),
    ):
        token = signing.read_token(grant)
        assert signing.read_grant(token) == grant
        assert set(token) <= URL_SAFE
    grant = signing.WriteGrant(KEY, 12, soon(), "video/mp4", "a" * 32, 3)
    token = signing.write_token(grant)
    assert signing.write_grant(token) == grant
    assert set(token) <= URL_SAFE


def test_tokens_are_short() -> None:
    assert len(signing.read_token(signing.ReadGrant(PREFIX, soon()))) < 140


def test_a_token_works_for_its_purpose_only() -> None:
    read = signing.read_token(signing.ReadGrant(KEY, soon()))
    write = signing.write_token(signing.WriteGrant(KEY, 12, soon()))
    with pytest.raises(LinkInvalid):
        signing.write_grant(read)
    with pytest.raises(LinkInvalid):
        signing.read_grant(write)


def test_an_expired_token() -> None:
    token = signing.read_token(signing.ReadGrant(KEY, int(time.time())))
    with pytest.raises(LinkExpired):
        signing.read_grant(token)


def test_every_changed_character_is_noticed() -> None:
    token = signing.read_token(signing.ReadGrant(KEY, soon()))
    for position in range(len(token)):
        other = "A" if token[position] != "A" else "B"
        with pytest.raises(LinkInvalid):
            signing.read_grant(token[:position] + other + token[position + 1 :])


def test_bodies_cannot_be_swapped() -> None:
    mine = signing.read_token(signing.ReadGrant(KEY, soon()))
    forged = json.dumps([soon() + 9999, "assets/"]).encode()
    body = base64.urlsafe_b64encode(forged).rstrip(b"=").decode()
    with pytest.raises(LinkInvalid):
        signing.read_grant(f"{body}.{mine.partition('.')[2]}")


@given(st.text(max_size=200))
def test_any_text_is_refused_without_a_crash(text: str) -> None:
    for unseal in (signing.read_grant, signing.write_grant):
        with pytest.raises(LinkInvalid):
            unseal(text)


def test_rotated_secrets(settings) -> None:
    token = signing.read_token(signing.ReadGrant(KEY, soon()))
    old, settings.SECRET_KEY = settings.SECRET_KEY, "n" * 60
    with pytest.raises(LinkInvalid):
        signing.read_grant(token)
    settings.SECRET_KEY_FALLBACKS = [old]
    assert signing.read_grant(token).prefix == KEY


@given(now_s=st.floats(1.7e9, 1.9e9), ttl_s=st.integers(2, 3600))
def test_addresses_live_between_half_and_all_of_their_time(now_s, ttl_s) -> None:
    left_s = signing.window_end(ttl_s=ttl_s, now_s=now_s) - now_s
    assert ttl_s / 2 - 1 <= left_s <= ttl_s + 1


def test_an_address_stays_the_same_within_its_window() -> None:
    ends = {
        signing.window_end(ttl_s=3600, now_s=1_800_000_000 + n) for n in range(1800)
    }
    assert len(ends) == 1
    first, second = (
        signing.signed_url(PREFIX, "master.m3u8", ttl_s=3600, download_name=None)
        for _time in range(2)
    )
    assert first == second or first.expires_at != second.expires_at


@pytest.mark.parametrize("ttl_s", [0, -1, 3601])
def test_lifetimes_are_an_hour_at_most(ttl_s: int) -> None:
    with pytest.raises(ValueError, match="3600"):
        signing.signed_url(KEY, "", ttl_s=ttl_s, download_name=None)


def test_a_prefix_opens_what_is_below_it_and_nothing_else() -> None:
    grant = signing.ReadGrant(PREFIX, soon())
    assert grant.key_of("360p/seg-1.m4s") == f"{PREFIX}360p/seg-1.m4s"
    for hostile in ("../../source.mp4", "..", "", "/etc/passwd", "a/../../b", "a\0"):
        with pytest.raises(LinkInvalid):
            grant.key_of(hostile)


def test_a_key_opens_itself_only() -> None:
    grant = signing.ReadGrant(KEY, soon())
    assert grant.key_of("source.mp4") == KEY
    for other in ("source.mp4x", "source", "source.mov", "renditions/cmaf-1/x.mp4"):
        with pytest.raises(LinkInvalid):
            grant.key_of(other)


@pytest.mark.parametrize("hostile", ["", "/", "assets", "../", "assets/../x"])
def test_only_keys_are_signed(hostile: str) -> None:
    with pytest.raises(UnsafeKey):
        signing.signed_url(hostile, "", ttl_s=60, download_name=None)
