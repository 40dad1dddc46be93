"""The offline guard: with `TRUSTGEN_OFFLINE=1` this process refuses every connection that would leave the machine.

It is an audit hook, so it also sees what a library does behind our back. It sees Python's sockets only: native code
that opens its own (gRPC, uvloop's `create_connection`) passes unseen, so an offline run stays on asyncio's own loop.
"""

from __future__ import annotations

import ipaddress
import os
import socket
import sys
from typing import Any

from trustgen.core import InputError

VARIABLE = "TRUSTGEN_OFFLINE"

_OFF = frozenset({"", "0", "false", "no", "off"})
_SENDS = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})
_LOOKUPS = frozenset({"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"})
_WATCHED = _SENDS | _LOOKUPS
# Kernel and same-machine families; Windows and macOS lack some of them.
_LOCAL = frozenset(getattr(socket, name) for name in ("AF_UNIX", "AF_NETLINK") if hasattr(socket, name))

_installed = False


def offline() -> bool:
    """Whether the caller asked for no network. Anything but empty, 0, false, no or off counts: it fails closed."""
    return os.environ.get(VARIABLE, "").strip().lower() not in _OFF


def guard() -> None:
    """Install the guard once, when the environment asks for it. It stays for the life of the process."""
    global _installed
    if offline() and not _installed:
        _installed = True
        sys.addaudithook(_hook)


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine's own loopback."""
    host = host.strip("[]").partition("%")[0].rstrip(".").lower()
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
    mapped = getattr(address, "ipv4_mapped", None)
    return bool((mapped or address).is_loopback)


def _hook(event: str, args: tuple[Any, ...]) -> None:
    if event not in _WATCHED:  # called for every import and open: nothing may stand before this
        return
    if event in _LOOKUPS:
        host = args[0]
    else:
        sock, address = args
        if sock.family in _LOCAL or address is None:  # None: already connected, hence already checked
            return
        host = address[0] if isinstance(address, tuple) and address else repr(address)
    if host is None:  # a server asking for its own wildcard address
        return
    name = host.decode("ascii", "replace") if isinstance(host, bytes | bytearray) else str(host)
    if not is_loopback(name):
        raise InputError(f"{VARIABLE}=1 refuses a connection to {name}: use a loopback address or unset {VARIABLE}")
