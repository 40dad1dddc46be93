"""What a failed call amounts to: HTTP status and error body to a `ModelFault`, in one table for every endpoint.

429, 503, 529                                   RateLimited   wait as long as the server says, then ask again
any other whose code names a rate limit, or     RateLimited
  403, 408, 409, 425, 5xx that name a wait
408, 409, 425                                   Transient     ask again
any other whose code names a content filter     Blocked
other 5xx but 501, 505                          Transient     ask again
everything else (other 4xx, redirects),         Permanent
  and a spent quota, whatever its status
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec

from trustgen.core import Blocked, ModelFault, Permanent, RateLimited, Transient

from .secrets import strike
from .waits import wait_in

MESSAGE = 200  # characters of a server's message that are kept
NAMED = " (is the model's name right, and does the URL end as the server wants, as in /v1?)"
"""The mend of what is not found."""
_REFUSES = re.compile(
    r"support|unknown|unrecogni|unexpected|extra|not (?:permitted|allowed|valid)|invalid|cannot|can't|can not|must|only"
    r"|deprecated|forbidden|not both|unavailable|mutually",
    re.IGNORECASE,
)
_STREAMS = re.compile(
    r"stream\W{1,4}(?:must|has to|should|needs to) be (?:set )?(?:to )?\W?true|only supports? stream"
    r"|non.?stream\w* (?:\w+ ){0,3}(?:not|un)\s?support|must (?:use|be) stream|requires? stream",
    re.IGNORECASE,
)

_RATE_LIMITED = frozenset({429, 503, 529})
_TRANSIENT = frozenset({408, 409, 425})
_NEVER = frozenset({501, 505})
_MAY_NAME_A_WAIT = frozenset({403, *_TRANSIENT})  # elsewhere the words may be an echo of what was asked
_EVERYWHERE = frozenset({401, 402, 404, 405, 410, *_NEVER})  # whatever is asked, the answer stays the same
# Error codes and types, in small letters without separators: OpenAI, Azure, OpenAI images, DashScope.
_FILTERED = frozenset(
    {
        "contentfilter",
        "contentpolicyviolation",
        "responsibleaipolicyviolation",
        "moderationblocked",
        "datainspectionfailed",
    }
)
# The same of rate limits (OpenAI, Azure, Bedrock, Google, DashScope), and of accounts that can pay for no call.
_LIMITED = frozenset(
    {
        "ratelimitexceeded",
        "ratelimiterror",
        "ratelimitreached",
        "toomanyrequests",
        "toomanyrequestsexception",
        "throttling",
        "throttlingexception",
        "requestlimitexceeded",
    }
)
_QUOTA_SPENT = frozenset({"insufficientquota", "billinghardlimitreached", "billingnotactive", "insufficientbalance"})
_CUT_BY_FILTER = frozenset(
    {
        "safety",
        "prohibitedcontent",
        "recitation",
        "blocklist",
        "spii",
        "imagesafety",
        "imageprohibitedcontent",
        "imagerecitation",
        "guardrailintervened",
        "contentblocked",
        "contentpolicyviolation",
        "moderation",
        "sensitive",
    }
)


def fault_of_status(
    status: int, body: bytes, retry_after: float | None = None, hide: str | Sequence[str] = ""
) -> ModelFault:
    """The fault that an error answer is. `hide` is the key: a server may echo it, no message may."""
    error = _parsed(body)
    message = clean(_message(error), hide)
    said = f"HTTP {status}: {message}" if message else f"HTTP {status}"
    codes = frozenset(_codes(error))
    if not _QUOTA_SPENT.isdisjoint(codes):
        return Permanent(said, everywhere=True)
    worded = status in _RATE_LIMITED or status in _MAY_NAME_A_WAIT or status >= 500
    wait = wait_in(body) if retry_after is None and worded else retry_after
    if status in _RATE_LIMITED or not _LIMITED.isdisjoint(codes) or (worded and wait is not None):
        return RateLimited(said, wait, paced=status != 503 or wait is not None)
    if status in _TRANSIENT:
        return Transient(said)
    if not _FILTERED.isdisjoint(codes):
        return Blocked(said)
    if status >= 500 and status not in _NEVER:
        return Transient(said)
    if status in (404, 405):
        said += NAMED
    return Permanent(said, everywhere=status in _EVERYWHERE)


def fault_within(error: Any, hide: str | Sequence[str] = "") -> ModelFault:
    """What an error inside a good answer amounts to."""
    return fault_of_status(_status(error), msgspec.json.encode({"error": error}), hide=hide)


def _status(error: Any) -> int:
    """The HTTP status that an error inside a 200 answer names; 500 where it names none."""
    code = error.get("code") if isinstance(error, dict) else None
    if isinstance(code, str) and code.isdecimal():
        code = int(code)
    return code if isinstance(code, int) and 400 <= code <= 599 else 500


def cut_by_filter(finish: str, text: str) -> bool:
    """Whether a finish reason says that a provider's filter ended the reply, under whatever name.

    `refusal` with a `text` is a model that declines in words; without one it is a filter.
    """
    name = "".join(c for c in finish.lower() if c.isalnum())
    return name.startswith("contentfilter") or name in _CUT_BY_FILTER or (name == "refusal" and not text)


class Refused(Permanent):
    """A server that will not have a parameter: `parameter` is its name."""

    def __init__(self, message: str, parameter: str) -> None:
        super().__init__(message)
        self.parameter = parameter


def refused(status: int, body: bytes, sent: Iterable[str]) -> str:
    """The one of the parameters `sent`, in this order, that an error answer refuses; "" where it refuses none."""
    if status not in (400, 422):
        return ""
    error = _parsed(body)
    text = body[: 20 * MESSAGE].decode("utf-8", "replace")
    named = {value for key, value in _fields(error) if key == "param" and isinstance(value, str)}
    sent = list(sent)
    for name in sent:
        if name in named:
            return name
    if _STREAMS.search(text):
        return "stream"
    if not _REFUSES.search(text):
        return ""
    return next((name for name in sent if re.search(rf"(?<![\w.]){re.escape(name)}(?!\w)", text)), "")


def clean(text: str, hide: str | Sequence[str] = "") -> str:
    """One printable line of at most 200 characters, the keys struck out (one too short to be secret is left)."""
    text = strike(text, hide, "***")
    text = text[: 20 * MESSAGE]
    text = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return text if len(text) <= MESSAGE else text[: MESSAGE - 1] + "…"


def _parsed(body: bytes) -> Any:
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return body.decode("utf-8", "replace")


def _message(error: Any) -> str:
    """The server's words: `error.message`, or wherever else servers put them; the bare text of a body without JSON."""
    for key in ("error", "message", "detail"):
        if isinstance(error, dict) and error.get(key):
            error = error[key]
    if isinstance(error, str):
        return error
    return "" if error is None else msgspec.json.encode(error).decode()


def _fields(error: Any, depth: int = 5) -> Iterator[tuple[str, Any]]:
    """Every field of an error body, inner ones included."""
    if isinstance(error, dict) and depth:
        for key, value in error.items():
            yield key, value
            yield from _fields(value, depth - 1)


def _codes(error: Any, depth: int = 5) -> Iterator[str]:
    """Every `code` and `type` in an error body, inner errors included, in small letters without separators."""
    if not isinstance(error, dict) or not depth:
        return
    for key, value in error.items():
        if key in ("code", "type") and isinstance(value, str):
            yield "".join(c for c in value.lower() if c.isalnum())
        elif isinstance(value, dict):
            yield from _codes(value, depth - 1)
