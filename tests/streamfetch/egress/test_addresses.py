"""Addresses: what is public, what an operator may open, which ports are web."""

import ipaddress
import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamfetch.egress.addresses import (
    AllowedHosts,
    belongs_to_this_machine,
    is_forbidden,
    is_web_port,
)
from streamfetch.errors import Invalid

FORBIDDEN = [
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.1",
    "100.64.0.1",
    "100.100.100.200",
    "127.0.0.1",
    "127.255.255.254",
    "168.63.129.16",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::ffff:127.0.0.1",
    "::ffff:8.8.8.8",
    "::127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::a00:1",
    "64:ff9b:1::808:808",
    "100::1",
    "2001::1",
    "2001:2::1",
    "2001:10::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:808:808::",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "2606:4700::1%1",
    "fec0::1",
    "ff02::1",
    "4000::1",
    "localhost",
    "",
    "2130706433",
    "0x7f000001",
    "0177.0.0.1",
    "127.1",
    "8.8.8.8 ",
]
PUBLIC = [
    "1.1.1.1",
    "8.8.8.8",
    "93.184.215.14",
    "100.63.255.255",
    "100.128.0.0",
    "172.15.255.255",
    "172.32.0.0",
    "223.255.255.255",
    "2606:4700:4700::1111",
    "2a00:1450:4001::200e",
    "64:ff9b::808:808",
]


@pytest.mark.parametrize("address", FORBIDDEN)
def test_address_outside_the_public_internet_is_forbidden(address: str) -> None:
    assert is_forbidden(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_public_address_is_not_forbidden(address: str) -> None:
    assert not is_forbidden(address)
    assert not is_forbidden(ipaddress.ip_address(address))


@given(st.ip_addresses())
def test_nothing_that_the_standard_library_calls_private_passes(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> None:
    if address.is_private or address.is_multicast or address.is_reserved:
        nat64 = address in ipaddress.ip_network("64:ff9b::/96")
        assert is_forbidden(address) or nat64


@given(st.ip_addresses(v=4))
def test_ipv4_inside_ipv6_never_opens_what_is_closed(
    address: ipaddress.IPv4Address,
) -> None:
    number = int(address)
    for carrier in (
        ipaddress.IPv6Address((0xFFFF << 32) | number),
        ipaddress.IPv6Address(number),
        ipaddress.IPv6Address((0x2002 << 112) | (number << 80)),
        ipaddress.IPv6Address((0x20010000 << 96) | (number ^ 0xFFFFFFFF)),
    ):
        assert is_forbidden(carrier)
    nat64 = ipaddress.IPv6Address((0x64FF9B << 96) | number)
    assert is_forbidden(nat64) == is_forbidden(address)


def test_own_addresses_are_recognised() -> None:
    assert belongs_to_this_machine(ipaddress.ip_address("127.0.0.1"))
    assert not belongs_to_this_machine(ipaddress.ip_address("8.8.8.8"))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("127.0.0.53", 9))
        own = probe.getsockname()[0]
    assert belongs_to_this_machine(ipaddress.ip_address(own))


@pytest.mark.parametrize(
    ("port", "is_web"),
    [
        (80, True),
        (443, True),
        (8080, True),
        (1935, True),
        (65535, True),
        (0, False),
        (22, False),
        (25, False),
        (81, False),
        (6379, False),
        (6667, False),
        (27017, False),
    ],
)
def test_ports(port: int, is_web: bool) -> None:
    assert is_web_port(port) == is_web


def _permits(setting: str, host: str, port: int, address: str) -> bool:
    allowed = AllowedHosts.parse(setting)
    return allowed.permits_address(host, port, ipaddress.ip_address(address))


@pytest.mark.parametrize(
    ("setting", "host", "port", "address", "permitted"),
    [
        ("media.lan", "media.lan", 8080, "10.0.0.7", True),
        ("Media.LAN.", "media.lan", 80, "10.0.0.7", True),
        ("media.lan", "evil.test", 80, "10.0.0.7", False),
        ("media.lan", "x.media.lan", 80, "10.0.0.7", False),
        ("media.lan:8080", "media.lan", 8080, "10.0.0.7", True),
        ("media.lan:8080", "media.lan", 8081, "10.0.0.7", False),
        ("10.0.0.7", "any.test", 80, "10.0.0.7", True),
        ("10.0.0.7", "any.test", 80, "10.0.0.8", False),
        ("10.0.0.7:81", "any.test", 81, "10.0.0.7", True),
        ("10.0.0.7:81", "any.test", 80, "10.0.0.7", False),
        ("10.1.0.0/16", "any.test", 80, "10.1.200.1", True),
        ("10.1.0.0/16", "any.test", 80, "10.2.0.1", False),
        ("::1", "any.test", 80, "::1", True),
        ("[::1]", "any.test", 80, "::1", True),
        ("[::1]:81", "any.test", 81, "0:0:0:0:0:0:0:1", True),
        ("fd00::/8", "any.test", 80, "fd12::1", True),
        ("127.0.0.1", "any.test", 80, "::ffff:127.0.0.1", False),
        (" a.lan , , 10.0.0.1 ", "a.lan", 80, "10.9.9.9", True),
        ("", "any.test", 80, "10.0.0.1", False),
    ],
)
def test_allowed_hosts(
    setting: str, host: str, port: int, address: str, permitted: bool
) -> None:
    assert _permits(setting, host, port, address) is permitted


def test_only_a_named_port_opens_a_port_that_is_not_web() -> None:
    allowed = AllowedHosts.parse(["media.lan", "10.0.0.0/8", "other.lan:22"])
    assert not allowed.permits_port("media.lan", 22)
    assert allowed.permits_port("other.lan", 22)


@pytest.mark.parametrize(
    "entry",
    [
        "10.0.0.1/8",
        "2130706433",
        "0x7f.1",
        "a b",
        "http://x.lan",
        "x:0",
        "x:99999",
        "*",
    ],
)
def test_bad_entry_is_named(entry: str) -> None:
    with pytest.raises(Invalid) as caught:
        AllowedHosts.parse(f"good.lan,{entry}")
    assert caught.value.code == "bad_allowed_host"
    assert repr(entry) in caught.value.detail
