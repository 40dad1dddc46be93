"""Every status and error body becomes the right fault."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trustgen.core import Blocked, Permanent, RateLimited, Transient
from trustgen.models.faults import clean, fault_of_status
from trustgen.models.waits import LONGEST_WAIT, retry_after

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "statuses"),
    [
        (RateLimited, [429, 503, 529]),
        (Transient, [408, 409, 425, 500, 502, 504, 520, 521, 522, 523, 524, 525, 599]),
        (Permanent, [400, 401, 402, 403, 404, 405, 410, 413, 415, 422, 431, 451, 501, 505, 201, 204, 301]),
    ],
)
def test_status(kind: type, statuses: list[int]) -> None:
    for status in statuses:
        fault = fault_of_status(status, b'{"error": {"message": "said the server"}}')
        assert type(fault) is kind, status
        assert f"HTTP {status}: said the server" in str(fault)


@pytest.mark.parametrize(
    "error",
    [
        {"code": "content_filter"},
        {"code": "content_policy_violation"},
        {"code": "ResponsibleAIPolicyViolation"},
        {"type": "content_filter"},
        {"code": "400", "innererror": {"code": "ResponsibleAIPolicyViolation"}},
        {"code": 400, "type": "ContentFilter"},
        {"code": "moderation_blocked"},
        {"code": "data_inspection_failed"},
    ],
)
def test_content_filter_is_blocked(error: dict) -> None:
    for body in ({"error": {"message": "no", **error}}, {"message": "no", **error}):
        assert type(fault_of_status(400, json.dumps(body).encode())) is Blocked
        assert type(fault_of_status(403, json.dumps(body).encode())) is Blocked
        assert type(fault_of_status(500, json.dumps(body).encode())) is Blocked
        # The same code under a status that says "later" is not a filter's verdict.
        assert type(fault_of_status(429, json.dumps(body).encode())) is RateLimited


def test_a_message_about_filters_is_not_a_filter() -> None:
    body = b'{"error": {"message": "unknown parameter content_filter", "code": "invalid_parameter"}}'
    assert type(fault_of_status(400, body)) is Permanent


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b'{"error": {"message": "too long"}}', "too long"),
        (b'{"error": "too long"}', "too long"),
        (b'{"message": "too long"}', "too long"),
        (b'{"detail": "Not Found"}', "Not Found"),
        (b'{"detail": [{"loc": ["body"], "msg": "bad"}]}', '[{"loc":["body"],"msg":"bad"}]'),
        (b"plain words", "plain words"),
        (b"<html>\n<b>502</b>\x00\x1b[31m</html>", "<html> <b>502</b> [31m</html>"),
        (b"\xff\xfe", "��"),
        (b"", ""),
    ],
)
def test_the_servers_words_are_kept(body: bytes, message: str) -> None:
    assert str(fault_of_status(400, body)) == (f"HTTP 400: {message}" if message else "HTTP 400")


def test_messages_are_short_printable_and_without_the_key() -> None:
    key = "sk-very-secret"
    body = json.dumps({"error": {"message": "a\r\nb\x1b[0m " + "x" * 190 + key + "y" * 10_000}}).encode()
    said = str(fault_of_status(400, body, hide=key))
    assert len(said) <= 210
    assert said.isprintable()
    assert "sk-" not in said  # not even the part that the cut would leave


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("", None),
        ("0", 0.0),
        ("1.5", 1.5),
        ("-3", 0.0),
        ("86400", LONGEST_WAIT),
        ("inf", LONGEST_WAIT),
        ("nan", None),
        ("soon", None),
        (format_datetime(NOW + timedelta(seconds=20), usegmt=True), 20.0),
        (format_datetime(NOW - timedelta(hours=1), usegmt=True), 0.0),
        (format_datetime(NOW + timedelta(days=9), usegmt=True), LONGEST_WAIT),
        ("Sun, 01 Mar 2026 13:00:10 +0100", 10.0),
        ("Sun, 01 Mar 2026 12:00:10 -0000", 10.0),
        ("Sun, 99 Mar 2026 12:00:10 GMT", None),
    ],
)
def test_retry_after_in_both_forms(header: str | None, seconds: float | None) -> None:
    assert retry_after(header, NOW) == seconds


@given(st.text(max_size=60))
def test_any_retry_after_is_a_sane_wait(header: str) -> None:
    seconds = retry_after(header, NOW)
    assert seconds is None or 0.0 <= seconds <= LONGEST_WAIT


@given(st.integers(300, 599), st.binary(max_size=200))
def test_any_error_body_is_a_fault(status: int, body: bytes) -> None:
    assert str(fault_of_status(status, body)).startswith(f"HTTP {status}")


@given(st.recursive(st.none() | st.integers() | st.text(), lambda x: st.lists(x) | st.dictionaries(st.text(), x)))
def test_any_json_error_is_a_fault(error: object) -> None:
    assert str(fault_of_status(400, json.dumps({"error": error}).encode())).startswith("HTTP 400")


@pytest.mark.parametrize("depth", [100, 900, 1000, 100_000])
def test_a_deep_error_body_is_a_fault(depth: int) -> None:
    for opening, closing in ((b"[", b"]"), (b'{"error":', b"}")):
        for end in (b"null" + closing * depth, b""):
            assert str(fault_of_status(400, opening * depth + end)).startswith("HTTP 400")


@given(st.text(), st.from_regex(r"[A-Za-z0-9-]{8,40}", fullmatch=True), st.text())
def test_clean_never_shows_the_key(before: str, key: str, after: str) -> None:
    assert key not in clean(before + key + after, key)
