"""Which addresses may be connected to: none that lies inside somebody's network, however it is spelt.

A page is fetched because a search engine or another page named it, so its address is an outsider's choice. Every
address of a host is checked before a connection, and the connection is then made to the checked address itself: a name
that answers otherwise the second time it is asked (DNS rebinding) changes nothing.
"""

from __future__ import annotations

import asyncio
import re
import socket
import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import NamedTuple
from urllib.parse import quote, urlsplit

from trustgen.core import Unusable
from trustgen.models.offline import VARIABLE, is_loopback, offline

LONGEST = 2048  # characters of a URL

# The IANA registries of special-purpose addresses (RFC 6890 and its updates), as of 2025.
_IPV4 = {
    "0.0.0.0/8": "this network",
    "10.0.0.0/8": "private",
    "100.64.0.0/10": "shared by a carrier",
    "127.0.0.0/8": "loopback",
    "169.254.0.0/16": "link-local",
    "172.16.0.0/12": "private",
    "192.0.0.0/24": "reserved for protocols",
    "192.0.2.0/24": "for documentation",
    "192.88.99.0/24": "a retired relay",
    "192.168.0.0/16": "private",
    "198.18.0.0/15": "for benchmarks",
    "198.51.100.0/24": "for documentation",
    "203.0.113.0/24": "for documentation",
    "224.0.0.0/4": "multicast",
    "240.0.0.0/4": "reserved",
    "168.63.129.16/32": "a cloud's own service",
}
_IPV6 = {  # within 2000::/3, the only part that is handed out; all else is refused
    "2001::/23": "reserved for protocols",
    "2001:db8::/32": "for documentation",
    "3fff::/20": "for documentation",
}
_REFUSED4 = tuple((IPv4Network(block), why) for block, why in _IPV4.items())
_REFUSED6 = tuple((IPv6Network(block), why) for block, why in _IPV6.items())
_UNICAST = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")
_6TO4 = IPv6Network("2002::/16")
_ISATAP = (0x00005EFE, 0x02005EFE)  # the upper half of an interface identifier that ends in an IPv4 address

_STRAY = re.compile(r"[\x00-\x20\x7f-\xa0\\]")
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?", re.ASCII)
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_INSIDE = (".localhost", ".local", ".internal", ".intranet", ".lan", ".home.arpa", ".onion")
_SAFE = "/%:@!$&'()*+,;=~-._"


class Place(NamedTuple):
    """A URL that may be asked, written out anew from its checked parts."""

    url: str
    scheme: str
    host: str  # lower case, ASCII; an IPv6 address without brackets
    port: int

    @property
    def origin(self) -> str:
        """Scheme, host and port: what a `robots.txt` is for."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"


Lookup = Callable[[str, int], Awaitable[list[str]]]
"""All addresses of a host name, for a port."""


def forbidden(address: str | IPv4Address | IPv6Address) -> str:
    """Why an address may not be connected to ("loopback", "private" …); "" where it may."""
    try:
        found = ip_address(address) if isinstance(address, str) else address
    except ValueError:
        return "no address"
    if isinstance(found, IPv4Address):
        return next((why for block, why in _REFUSED4 if found in block), "")
    if found.scope_id is not None:
        return "link-local"
    if (inner := _embedded(found)) is not None:
        why = forbidden(inner)
        return f"{why} ({inner} inside an IPv6 address)" if why else ""
    if found not in _UNICAST:
        return "loopback" if found.is_loopback else "multicast" if found.is_multicast else "private or reserved"
    return next((why for block, why in _REFUSED6 if found in block), "")


def _embedded(address: IPv6Address) -> IPv4Address | None:
    """The IPv4 address to which traffic to an IPv6 address goes in the end."""
    number = int(address)
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address in _NAT64 or (address in _UNICAST and (number >> 32 & 0xFFFFFFFF) in _ISATAP):
        return IPv4Address(number & 0xFFFFFFFF)
    if address in _6TO4:
        return IPv4Address(number >> 80 & 0xFFFFFFFF)
    return None


def place(url: str, *, allow_private: bool = False) -> Place:
    """Check a URL and write it out anew; raises `Unusable` with the reason.

    Refused are: other schemes than http and https, names and passwords, ports below 1024 but 80 and 443, white space,
    control characters, numbers that only some programs read as an address (`0x7f.1`, `2130706433`), and, unless
    `allow_private`, names and addresses that stand for something inside a network.
    """
    shown = repr(url[:100])
    if len(url) > LONGEST or _STRAY.search(url):
        raise Unusable(f"{shown} is no usable address: too long, or it holds white space or control characters")
    scheme = url.partition(":")[0].lower()
    if scheme not in ("http", "https"):
        raise Unusable(f"{shown} is no http or https address")
    try:
        parts = urlsplit(url)
        if "@" in parts.netloc:
            raise Unusable("an address with a name or a password in it is refused")  # and not shown
        port = parts.port
        host = _host(parts.hostname or "", parts.netloc)
        path, query = quote(parts.path or "/", safe=_SAFE), quote(parts.query, safe=_SAFE + "?")
    except ValueError as error:  # UnicodeError is one
        raise Unusable(f"{shown} is no usable address: {error}") from error
    port = port or (443 if scheme == "https" else 80)
    if port < 1024 and port not in (80, 443):
        raise Unusable(f"{shown}: port {port} is not one for web pages")
    if not allow_private and (why := _inside(host)):
        raise Unusable(f"{shown} is refused: {host} is {why}")
    usual = port == (443 if scheme == "https" else 80)
    written = f"[{host}]" if ":" in host else host
    whole = f"{scheme}://{written}{'' if usual else f':{port}'}{path}{f'?{query}' if query else ''}"
    return Place(whole, scheme, host, port)


def _host(host: str, netloc: str) -> str:
    """A host in its one spelling; raises `ValueError`."""
    if "[" in netloc:
        if "%" in host:
            raise ValueError("an address with a zone")
        return str(IPv6Address(host))
    if not host.isascii():
        import idna

        host = idna.encode(host, uts46=True).decode("ascii")
    host = host.lower().removesuffix(".")
    labels = host.split(".")
    if _NUMBER.fullmatch(labels[-1]):  # what follows a browser's rule: a host that ends in a number is an IPv4 address
        return str(IPv4Address(host))
    if len(host) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise ValueError("a host name that cannot be")
    return host


def _inside(host: str) -> str:
    """Why a host, before any lookup, is none of the open web's; "" where it may be."""
    if ":" in host or _NUMBER.fullmatch(host.rpartition(".")[2]):
        return forbidden(host)
    return "a name inside a network" if "." not in host or host.endswith(_INSIDE) else ""


def leads_inside(url: str) -> bool:
    """Whether an address stands, before any lookup, for something inside a network; also where it cannot be read."""
    try:
        place(url)
    except Unusable:
        return True
    return False


async def system_lookup(host: str, port: int) -> list[str]:
    """The addresses that this machine's resolver gives; raises `OSError`."""
    # A thread of our own: the loop's executor would be waited for when the loop ends, however long a lookup hangs.
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[list[str]] = loop.create_future()

    def tell(found: list[str] | None, error: BaseException | None) -> None:
        if answer.done():
            return
        if error is not None:
            answer.set_exception(error)
        else:
            answer.set_result(found or [])

    def work() -> None:
        found, failed = None, None
        try:
            found = [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
        except Exception as error:  # also what the offline guard raises
            failed = error
        with suppress(RuntimeError):  # nobody waits any longer: the loop is closed
            loop.call_soon_threadsafe(tell, found, failed)

    threading.Thread(target=work, name="lookup", daemon=True).start()
    return await answer


async def checked_addresses(
    where: Place, *, allow_private: bool = False, lookup: Lookup = system_lookup
) -> tuple[str, ...]:
    """The addresses that a place may be connected at; raises `Unusable` where even one of them is refused."""
    if offline() and not is_loopback(where.host):
        raise Unusable(f"{VARIABLE}=1 refuses a connection to {where.host}: unset it, or use what was fetched before")
    if ":" in where.host or _NUMBER.fullmatch(where.host.rpartition(".")[2]):
        found = [where.host]
    else:
        try:
            found = await lookup(where.host, where.port)
        except OSError as error:
            raise Unusable(f"{where.host} has no address ({error})") from error
    if not found:
        raise Unusable(f"{where.host} has no address")
    for address in found:
        if not allow_private and (why := forbidden(address)):
            raise Unusable(f"{where.host} is refused: its address {address} is {why}")
    return tuple(dict.fromkeys(found))


__all__ = ["LONGEST", "Lookup", "Place", "checked_addresses", "forbidden", "leads_inside", "place", "system_lookup"]
