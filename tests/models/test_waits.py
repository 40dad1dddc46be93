"""How long a server asks to be left alone, in every form that headers and words have."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trustgen.core import Blocked, Permanent, RateLimited, Transient
from trustgen.models.faults import cut_by_filter, fault_of_status
from trustgen.models.waits import A_MINUTE_LIMIT, LONGEST_WAIT, retry_after, wait_in, wait_of

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2s", 2.0),
        ("1m30s", 90.0),
        ("6m0s", 360.0),
        ("20ms", 0.02),
        ("1.5s", 1.5),
        ("2 seconds", 2.0),
        ("1 minute", 60.0),
        ("1h", LONGEST_WAIT),
        (" 7 ", 7.0),
        (str(int(NOW.timestamp()) + 12), 12.0),
        (str((int(NOW.timestamp()) + 12) * 1000), 12.0),
        (str(int(NOW.timestamp()) - 12), 0.0),
        ((NOW + timedelta(seconds=30)).isoformat(), 30.0),
        ("2026-03-01T12:00:30Z", 30.0),
        ("a while", None),
        ("5 bananas", None),
    ],
)
def test_every_form_of_a_wait(text: str, seconds: float | None) -> None:
    found = retry_after(text, NOW)
    assert found == (None if seconds is None else pytest.approx(seconds))


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Retry-After-Ms": "1500"}, 1.5),
        ({"retry-after-ms": "250", "Retry-After": "1"}, 0.25),
        ({"Retry-After": "3", "x-ratelimit-reset-requests": "9s"}, 3.0),
        ({"x-ratelimit-reset-requests": "1s"}, 1.0),
        ({"x-ratelimit-reset-requests": "1s", "x-ratelimit-reset-tokens": "6m0s"}, 1.0),
        (
            {
                "x-ratelimit-reset-requests": "1s",
                "x-ratelimit-remaining-requests": "4",
                "x-ratelimit-reset-tokens": "6m0s",
                "x-ratelimit-remaining-tokens": "0",
            },
            360.0,
        ),
        ({"X-RateLimit-Reset": str(int(NOW.timestamp()) + 45)}, 45.0),
        ({"anthropic-ratelimit-requests-reset": "2026-03-01T12:00:08Z"}, 8.0),
        ({"ratelimit-reset": "12"}, 12.0),
        ({"x-ratelimit-reset-requests": "soon", "Retry-After": "whenever"}, None),
        ({"x-ratelimit-limit-requests": "60"}, None),
    ],
)
def test_headers(headers: dict[str, str], seconds: float | None) -> None:
    assert wait_of(headers, NOW) == seconds


@pytest.mark.parametrize(
    ("words", "seconds"),
    [
        ("Rate limit reached for m on requests per min (RPM): Limit 3. Please try again in 20s.", 20.0),
        ("Please try again in 47.8s.", 47.8),
        ("Please try again in 6ms.", 0.006),
        ("try again in 1m12.5s", 72.5),
        ("Please retry after 20 seconds", 20.0),
        ("Please retry your requests after 26 seconds.", 26.0),
        ("You can ask again in 2 minutes.", 120.0),
        ("Try again in a minute.", 60.0),
        ("Please wait 5 seconds before the next request.", 5.0),
        ("The limit resets in about 1 minute and 10 seconds.", 70.0),
        ("Please retry in 36.97s.", 36.97),
        ("try again in 2 days", LONGEST_WAIT),
        ("at most 10 requests per minute", A_MINUTE_LIMIT),
        ("quota of 15 RPM is used", A_MINUTE_LIMIT),
        ("slow down", None),
        ("the server is overloaded, please try again later", None),
        ("this model's maximum context length is 4096 tokens", None),
        ("in 20 seconds we tried 3 times", None),
    ],
)
def test_words(words: str, seconds: float | None) -> None:
    assert wait_in(json.dumps({"error": {"message": words}}).encode()) == seconds


def test_a_wait_of_nothing_is_one() -> None:
    assert wait_in(b"please retry after 0s and") == 0.0
    assert wait_in(b"wait 0 minutes, and 0 seconds and more") == 0.0


@pytest.mark.parametrize(
    ("body", "seconds"),
    [
        ({"error": {"details": [{"@type": "RetryInfo", "retryDelay": "36s"}]}}, 36.0),
        ({"retry_after": 3.5}, 3.5),
        ({"retry_after_ms": 250}, 0.25),
        ({"retry-after-seconds": "4"}, 4.0),
    ],
)
def test_fields_of_the_body(body: dict, seconds: float) -> None:
    assert wait_in(json.dumps(body).encode()) == seconds


@given(st.dictionaries(st.sampled_from(["retry-after", "retry-after-ms", "x-ratelimit-reset-tokens"]), st.text()))
def test_any_header_is_a_sane_wait(headers: dict[str, str]) -> None:
    wait = wait_of(headers, NOW)
    assert wait is None or 0.0 <= wait <= LONGEST_WAIT


@given(st.binary(max_size=300))
def test_any_body_is_a_sane_wait(body: bytes) -> None:
    wait = wait_in(body)
    assert wait is None or 0.0 <= wait <= LONGEST_WAIT


def test_a_long_hostile_body_is_read_in_time() -> None:
    """Bounded work: what is read of a body, and how far a sentence may reach."""
    for text in ("try again in " * 5_000, "retry " * 10_000, '"retry_after": ' * 5_000, "1m" * 20_000):
        wait_in(text.encode())
        retry_after(text)


def error(message: str, **more: str) -> bytes:
    return json.dumps({"error": {"message": message, **more}}).encode()


@pytest.mark.parametrize(
    ("status", "body", "kind", "wait"),
    [
        (429, error("try again in 47.8s"), RateLimited, 47.8),
        (503, error("busy, retry in 2s"), RateLimited, 2.0),
        (403, error("API rate limit exceeded, try again in 9s"), RateLimited, 9.0),
        (403, error("no access"), Permanent, None),
        (400, error("too fast", code="rate_limit_exceeded"), RateLimited, None),
        (400, error("slow down", type="ThrottlingException"), RateLimited, None),
        (400, error("bad prompt: `try again in 5 seconds`"), Permanent, None),
        (500, error("broken"), Transient, None),
        (500, error("overloaded, retry after 3 seconds"), RateLimited, 3.0),
        (429, error("You exceeded your current quota", code="insufficient_quota"), Permanent, None),
        (402, error("pay"), Permanent, None),
    ],
)
def test_what_is_a_limit(status: int, body: bytes, kind: type, wait: float | None) -> None:
    fault = fault_of_status(status, body)
    assert type(fault) is kind
    assert getattr(fault, "retry_after", None) == wait


def test_which_waits_use_up_no_try_and_which_faults_meet_every_request() -> None:
    paced = {s: fault_of_status(s, b"").paced for s in (429, 503, 529)}  # type: ignore[attr-defined]
    assert paced == {429: True, 503: False, 529: True}
    assert fault_of_status(503, b"", 1.0).paced is True  # type: ignore[attr-defined]
    everywhere = {s for s in (400, 401, 402, 403, 404, 405, 410, 413, 422, 501) if fault_of_status(s, b"").everywhere}  # type: ignore[attr-defined]
    assert everywhere == {401, 402, 404, 405, 410, 501}
    assert fault_of_status(429, error("no", code="insufficient_quota")).everywhere  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("reason", "text", "cut"),
    [
        ("content_filter", "", True),
        ("content_filter: SAFETY", "", True),
        ("SAFETY", "", True),
        ("PROHIBITED_CONTENT", "", True),
        ("RECITATION", "some", True),
        ("refusal", "", True),
        ("refusal", "I cannot help.", False),
        ("stop", "", False),
        ("length", "", False),
    ],
)
def test_filters_under_other_names(reason: str, text: str, cut: bool) -> None:
    assert cut_by_filter(reason, text) is cut


def test_a_filter_outranks_a_wait_only_where_no_limit_is_meant() -> None:
    assert type(fault_of_status(400, error("no", code="content_filter"))) is Blocked
