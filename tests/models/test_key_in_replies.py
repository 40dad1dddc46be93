"""A key that a server sends back is in no reply, no token and no error, in whatever form it comes."""

from __future__ import annotations

import json
from base64 import b64encode, urlsafe_b64encode
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trustgen.core import Sampling
from trustgen.models.chat_format import reply
from trustgen.models.faults import clean
from trustgen.models.secrets import STRUCK, strike

KEY = 'sk-a/b+c"d=e%f\\g'
FORMS = {
    "raw": KEY,
    "json": json.dumps(KEY)[1:-1],
    "json with slashes": json.dumps(KEY)[1:-1].replace("/", r"\/"),
    "url": quote(KEY, safe=""),
    "url in small letters": quote(KEY, safe="").replace("%2F", "%2f").replace("%2B", "%2b"),
    "base64": b64encode(KEY.encode()).decode(),
    "base64 of a header": b64encode(f"Bearer {KEY}".encode()).decode(),
    "base64 of a pair": urlsafe_b64encode(f"me:{KEY}:you".encode()).decode(),
}


def answer(text: str, thoughts: str = "", logprobs: object = None) -> bytes:
    message = {"content": text, "reasoning_content": thoughts or None}
    return json.dumps({"choices": [{"message": message, "finish_reason": "stop", "logprobs": logprobs}]}).encode()


@pytest.mark.parametrize("form", FORMS)
def test_a_key_in_a_reply_is_struck_out(form: str) -> None:
    said = reply(answer(f"your key is Bearer {FORMS[form]}.", f"hm, {FORMS[form]}"), Sampling(), 0.1, KEY)
    for text in (said.text, said.thoughts, clean(f"bad key {FORMS[form]}", KEY)):
        assert FORMS[form] not in text
        assert KEY not in text
    assert STRUCK in said.text
    assert said.text.startswith("your key is ")
    if "base64" in form:  # what is left of it is less than the key's first or last letter
        left = said.text.removeprefix("your key is Bearer ").replace(STRUCK, "")
        assert len(left) <= len(FORMS[form]) - len(KEY)


@given(st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=8, max_size=60), st.binary(), st.binary())
def test_no_letter_of_a_key_is_read_from_base64_around_it(key: str, before: bytes, after: bytes) -> None:
    """Whatever stands before and after it: at most the first and the last letter are part of what is left."""
    coded = b64encode(before + key.encode() + after).decode()
    assert len(coded) - len(strike(coded, key, "")) >= (len(key) * 8 - 12) // 6
    assert strike(f"a {key} b", key, "") == "a  b"


def test_a_short_key_is_no_secret_and_a_reply_without_a_key_stays() -> None:
    assert reply(answer("an x is an x"), Sampling(), 0.1, "x").text == "an x is an x"
    assert reply(answer("Paris"), Sampling(), 0.1, KEY).text == "Paris"


def test_tokens_that_spell_a_key_are_struck_out() -> None:
    key = "sk-secret-0123"
    pieces = ["The ", "key ", "sk-sec", "ret-0", "123.", " So"]
    other = {"token": f"={key}", "logprob": -3}
    tokens = [{"token": t, "logprob": -0.1, "top_logprobs": [{"token": t, "logprob": -0.1}, other]} for t in pieces]
    sampling = Sampling(logprobs=2)
    said = reply(answer("".join(pieces), logprobs={"content": tokens}), sampling, 0.1, key)
    assert said.text == f"The key {STRUCK}. So"
    assert [t.token for t in said.logprobs] == ["The ", "key ", STRUCK, STRUCK, STRUCK, " So"]
    assert [set(t.top) for t in said.logprobs] == [{"The "}, {"key "}, set(), set(), set(), {" So"}]
    assert [t.logprob for t in said.logprobs] == [-0.1] * 6
