"""Addresses: nothing inside a network is ever connected to, however it is spelt or embedded."""

from __future__ import annotations

import asyncio
import re
import socket
import threading
from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trustgen.core import Unusable
from trustgen.curate.web.addresses import Place, checked_addresses, forbidden, place, system_lookup

OPEN = ["8.8.8.8", "1.1.1.1", "93.184.215.14", "172.15.255.255", "172.32.0.0", "100.63.255.255", "100.128.0.0",
        "2606:4700::1111", "2a00:1450:4001::200e", "64:ff9b::8.8.8.8", "::ffff:8.8.8.8", "2002:808:808::1"]  # fmt: skip
INSIDE = {
    "127.0.0.1": "loopback", "127.255.255.254": "loopback", "::1": "loopback", "0.0.0.0": "this network",
    "10.1.2.3": "private", "172.16.0.1": "private", "172.31.255.255": "private", "192.168.0.1": "private",
    "100.64.0.1": "carrier", "169.254.169.254": "link-local", "168.63.129.16": "cloud", "192.0.0.192": "protocols",
    "198.18.0.1": "benchmark", "203.0.113.5": "documentation", "224.0.0.1": "multicast", "255.255.255.255": "reserved",
    "240.0.0.1": "reserved", "::": "reserved", "fc00::1": "private", "fd00:ec2::254": "private", "fe80::1": "private",
    "fec0::1": "private", "ff02::1": "multicast", "2001:db8::1": "documentation", "2001::1": "protocols",
    "3fff::1": "documentation", "5f00::1": "reserved", "100::1": "reserved", "64:ff9b:1::1": "reserved",
    "::ffff:127.0.0.1": "loopback", "::ffff:10.0.0.1": "private", "::127.0.0.1": "reserved",
    "64:ff9b::7f00:1": "loopback", "64:ff9b::a9fe:a9fe": "link-local", "2002:7f00:1::": "loopback",
    "2002:a00:1::1": "private", "2606:4700::5efe:c0a8:1": "private", "2606:4700::200:5efe:7f00:1": "loopback",
    "fe80::1%eth0": "link-local", "2606:4700::1%1": "link-local",
}  # fmt: skip


@pytest.mark.parametrize("address", OPEN)
def test_the_open_web_may_be_connected_to(address: str) -> None:
    assert forbidden(address) == ""


@pytest.mark.parametrize(("address", "why"), INSIDE.items())
def test_nothing_inside_a_network_may(address: str, why: str) -> None:
    assert why in forbidden(address)


def test_what_is_no_address_is_refused() -> None:
    assert all(map(forbidden, ("example.com", "", "127.1", "1.2.3.4.5")))


v4 = st.ip_addresses(v=4)
v6 = st.ip_addresses(v=6)


@given(st.ip_addresses())
def test_whatever_python_calls_private_is_refused(address: IPv4Address | IPv6Address) -> None:
    """An independent list: the standard library's. Ours may refuse more, never less."""
    inner = getattr(address, "ipv4_mapped", None) or address
    if (not inner.is_global or inner.is_multicast) and address not in _SPECIAL:
        assert forbidden(address)


class _Special:
    """What the standard library counts as local though it leads to an open address."""

    def __contains__(self, address: object) -> bool:
        return isinstance(address, IPv6Address) and (
            int(address) >> 32 == 0x64FF9B << 64 or int(address) >> 112 == 0x2002
        )


_SPECIAL = _Special()


@given(st.one_of(v4, st.sampled_from([IPv4Address(a) for a in INSIDE if ":" not in a])))
def test_an_address_inside_another_is_judged_as_itself(address: IPv4Address) -> None:
    low, alone = int(address), bool(forbidden(address))
    for carrier in (
        0xFFFF << 32 | low,
        0x64FF9B << 96 | low,
        0x2002 << 112 | low << 80 | 1,
        0x26064700 << 96 | 0x5EFE << 32 | low,
    ):
        assert bool(forbidden(IPv6Address(carrier))) == alone


@given(st.sampled_from([IPv4Address(a) for a in INSIDE if ":" not in a]), st.sampled_from(["http", "https"]))
def test_no_spelling_of_an_inner_address_is_let_in(address: IPv4Address, scheme: str) -> None:
    number, octets = int(address), address.packed
    spelt = [
        str(address), str(number), hex(number), oct(number).replace("0o", "0"), f"{octets[0]}.{number & 0xFFFFFF}",
        ".".join(map(hex, octets)), ".".join(f"0{o:o}" for o in octets), ".".join(f"{o:03d}" for o in octets),
        f"{address}.", f"[::ffff:{address}]", f"[64:ff9b::{address}]", str(address).translate(_WIDE),
        f"{octets[0]}.{octets[1]}.{number & 0xFFFF}", f"[::{address}]", str(address).replace(".", "。"),
    ]  # fmt: skip
    for host in spelt:
        with pytest.raises(Unusable):
            place(f"{scheme}://{host}/")


_WIDE = str.maketrans("0123456789.", "０１２３４５６７８９．")

REFUSED = [
    "ftp://example.com/", "file:///etc/hostname", "gopher://example.com/", "javascript:alert(1)", "//example.com/", "",
    "example.com", "http://", "http:///path", "http://user@example.com/", "http://user:pw@example.com/",
    "http://example.com:22/", "http://example.com:70000/", "http://example.com:-1/", "http://example.com:port/",
    "http://exa mple.com/", "http://example.com/a b", "http://example.com/\r\nHost: x", "http://example.com\\@127.0.0.1/",
    "http://example.com%00.org/", "http://ex%61mple.com/", "http://[::1/", "http://[fe80::1%25eth0]/", "http://[v1.x]/",
    "http://localhost/", "http://localhost./", "http://a.localhost/", "http://printer/", "http://nas.local/",
    "http://metadata.google.internal/", "http://-a.com/", "http://a..b/", "http://" + "a" * 64 + ".com/",
    "http://example.com/" + "a" * 2048, "http://0/", "http://0x/", "http://1.2.3/", "http://\udc80.com/", "http://.com/",
    "http://example.com/\u00a0", "http://example.com/\udc80",
]  # fmt: skip


@pytest.mark.parametrize("url", REFUSED)
def test_addresses_that_are_no_pages_of_the_open_web(url: str) -> None:
    with pytest.raises(Unusable) as caught:
        place(url)
    assert not re.search("pw|\n", str(caught.value))


@pytest.mark.parametrize(
    ("url", "written"),
    [
        ("HTTP://Example.COM", "http://example.com/"),
        ("https://example.com:443/a?b=c#d", "https://example.com/a?b=c"),
        ("http://example.com.:8080/é", "http://example.com:8080/%C3%A9"),
        ("http://bücher.example/", "http://xn--bcher-kva.example/"),
        ("http://example.com/a%20b?q=%3F", "http://example.com/a%20b?q=%3F"),
        ("http://8.8.8.8/", "http://8.8.8.8/"),
        ("http://[2606:4700:0:0::1111]/", "http://[2606:4700::1111]/"),
        ("http://2.example.com/", "http://2.example.com/"),
    ],
)
def test_a_url_is_written_out_anew(url: str, written: str) -> None:
    assert place(url).url == written
    assert place(written).url == written


def test_the_own_network_is_open_only_on_request() -> None:
    for url in ("http://127.0.0.1:8000/", "http://localhost:8000/", "http://[::1]:8000/", "http://printer:8000/"):
        with pytest.raises(Unusable, match="refused"):
            place(url)
        assert place(url, allow_private=True).port == 8000
    with pytest.raises(Unusable):
        place("http://2130706433/", allow_private=True)


def look(where: Place, found: list[str], **more: bool) -> tuple[str, ...]:
    async def lookup(host: str, port: int) -> list[str]:
        assert (host, port) == (where.host, where.port)
        return found

    return asyncio.run(checked_addresses(where, lookup=lookup, **more))


def test_a_name_is_refused_if_even_one_of_its_addresses_is_inside() -> None:
    where = place("http://example.com/")
    assert look(where, ["8.8.8.8", "2606:4700::1111", "8.8.8.8"]) == ("8.8.8.8", "2606:4700::1111")
    for bad in ("127.0.0.1", "10.0.0.7", "169.254.169.254", "::1", "::ffff:10.0.0.7", "fe80::1%eth0"):
        with pytest.raises(Unusable, match=r"example\.com is refused: its address"):
            look(where, ["8.8.8.8", bad])
    assert look(where, ["10.0.0.7"], allow_private=True) == ("10.0.0.7",)
    with pytest.raises(Unusable, match="has no address"):
        look(where, [])


def test_an_address_in_the_url_is_not_looked_up_and_is_checked_too() -> None:
    with pytest.raises(Unusable, match="private"):
        look(Place("http://10.0.0.7/", "http", "10.0.0.7", 80), ["8.8.8.8"])


def test_the_machines_own_resolver() -> None:
    assert "127.0.0.1" in asyncio.run(system_lookup("localhost", 80))


def test_a_lookup_that_hangs_does_not_hold_the_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    given_up, answered = threading.Event(), threading.Event()

    def slow(*_: object, **__: object) -> list[object]:
        given_up.wait(60)
        answered.set()
        return []

    async def hanging() -> None:
        async with asyncio.timeout(0.1):
            await system_lookup("example.com", 80)

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    with pytest.raises(TimeoutError):
        asyncio.run(hanging())
    assert not answered.is_set(), "nobody waited for the answer"
    given_up.set()
