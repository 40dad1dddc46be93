"""Where a model of a server is: `SCHEME:MODEL@http://host:port/v1`."""

from __future__ import annotations

import re
from contextlib import suppress
from urllib.parse import urlsplit

from trustgen.core import InputError


def can_be(host: str) -> None:
    """Raise `ValueError` for a host that no look-up takes, as `…` (three dots to it), `a..b` and names without end."""
    with suppress(UnicodeError):
        labels = host.encode("idna").decode("ascii").removesuffix(".").split(".")
        if not host or all(0 < len(label) < 64 for label in labels):
            return
    raise ValueError("a host name that cannot be")


def address(scheme: str, rest: str, ending: str) -> tuple[str, str]:
    """Model name and base URL of `MODEL@URL`, of which an `ending` that server pages show is taken off.

    A model's name may hold `@`, `/` and `:`; the URL no user, no query. Raises `InputError` for what is none.
    """
    form = f"write `{scheme}:MODEL@http://host:port/v1`"
    found = re.fullmatch(r"([^\s\x00-\x1f]+?)@(https?://\S+)", rest, re.IGNORECASE)
    if not found:
        raise InputError(f"model URI `{scheme}:…` needs a model and an http(s) URL: {form}")
    name, url = found.groups()
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
        can_be(host or "")
    except ValueError as error:
        raise InputError(f"the URL of model `{name}` is malformed ({error}): {form}") from None
    if parts.username is not None or parts.password is not None:
        raise InputError(f"the URL of model `{name}` holds a user or password: give a key with --api-key-env instead")
    if not host or parts.query or parts.fragment:
        raise InputError(f"the URL of model `{name}` needs a host and no query or fragment: {form}")
    scheme = parts.scheme.lower()
    place = f"[{host}]" if ":" in host else host
    if port is not None and port != {"http": 80, "https": 443}[scheme]:
        place += f":{port}"
    path = parts.path.rstrip("/").removesuffix(ending)  # as server pages show it, and people copy it
    return name, f"{scheme}://{place}{path}"
