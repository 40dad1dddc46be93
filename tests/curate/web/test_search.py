"""Search engines: four of them, asked on loopback, read strictly; what is no answer costs a bounded number of tries."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest

from servers.site_server import Site, site
from trustgen.core import InputError, UnknownName, Unusable
from trustgen.curate.web import ENGINES, Hit, Limits, engine, search
from trustgen.curate.web.search import Engine

FAST = Limits(pause=0, search_seconds=5, search_bytes=1 << 20)
NAMES = sorted(ENGINES)


@pytest.fixture
def there(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.setenv("SEARCH_KEY", "s3cret")
    with site() as running:
        yield running


def at(there: Site, name: str) -> Engine:
    return engine(name, there.url + "/", "SEARCH_KEY" if name in ("brave", "tavily") else "")


@pytest.mark.parametrize("name", NAMES)
def test_hits_of_each_engine(there: Site, name: str) -> None:
    hits = search(at(there, name), "the  lake\nof Brosk", 5, FAST)
    title, snippet = ("lake", "a hit & more") if name == "mediawiki" else ("About lake", "a hit")
    start = there.url + ("/wiki/" if name == "mediawiki" else "/")
    assert hits[0] == Hit(start + "lake", title, snippet, "2025-01-02")
    assert [hit.url for hit in hits] == [start + "lake", start + "mill"]
    assert len(search(at(there, name), "the lake", 1, FAST)) == 1
    asked = there.seen[0]
    told = json.loads(asked.body) if asked.body else parse_qs(urlsplit(asked.path).query)
    assert "the lake of Brosk" in str(told)


def test_keys_go_where_each_engine_wants_them(there: Site) -> None:
    for name in NAMES:
        search(at(there, name), "lake", 5, FAST)
    by_path = {urlsplit(seen.path).path + seen.method: seen.headers for seen in there.seen}
    assert by_path["/res/v1/web/searchGET"]["x-subscription-token"] == "s3cret"
    assert by_path["/searchPOST"]["authorization"] == "Bearer s3cret"
    for path in ("/searchGET", "/w/api.phpGET"):
        assert "s3cret" not in str(by_path[path])
    assert all("s3cret" not in seen.path for seen in there.seen), "a key in an address ends up in logs"


def test_a_missing_key_is_an_error_of_the_caller(there: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("brave", "tavily"):
        with pytest.raises(InputError, match="name the environment variable"):
            search(engine(name, there.url), "lake", 5, FAST)
        for value in ("", "a\r\nHost: x", "schlüssel"):
            monkeypatch.setenv("SEARCH_KEY", value)
            with pytest.raises(InputError, match=r"\$SEARCH_KEY holds no usable key"):
                search(at(there, name), "lake", 5, FAST)
    assert there.seen == []


def test_a_key_is_not_sent_unencrypted(there: Site) -> None:
    with pytest.raises(InputError, match="unencrypted: use an https address"):
        search(engine("brave", "http://192.0.2.1", "SEARCH_KEY"), "lake", 5, FAST)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("faults", "said", "asked"),
    [
        (("html",), "sent text/html where JSON", 3),
        (("truncated",), "not whole", 3),
        (("429",), "answered 429", 3),
        (("503",), "answered 503", 3),
        (("shape",), "another shape", 1),
        (("deep",), "not whole|another shape", None),
        (("huge",), "announces 8,388,608 bytes", 1),
        (("elsewhere",), "answered 302", 1),
        (("404",), "answered 404", 1),
    ],
)
def test_answers_that_are_none(there: Site, name: str, faults: tuple[str, ...], said: str, asked: int | None) -> None:
    there.answers = faults
    with pytest.raises(Unusable, match=rf"search engine `{name}` .*cannot be used: .*({said})") as caught:
        search(at(there, name), "lake", 5, FAST)
    assert not re.search("s3cret|\n", str(caught.value))
    assert there.searches <= 3 if asked is None else there.searches == asked


def test_silence_is_bounded(there: Site) -> None:
    there.answers = ("slow",)
    with pytest.raises(Unusable, match=r"(for|within) 0\.2 seconds"):
        search(at(there, "searxng"), "lake", 5, Limits(pause=0, search_seconds=0.2, tries=2))
    assert there.searches == 2


def test_a_fault_that_passes_is_gone_by_the_next_try(there: Site) -> None:
    for first in ("html", "truncated", "429", "500", "slow"):
        there.searches, there.answers = 0, (first, "ok")
        limits = Limits(pause=0, search_seconds=1 if first == "slow" else 5)
        assert len(search(at(there, "searxng"), "lake", 5, limits)) == 2
        assert there.searches == 2


@pytest.mark.parametrize("status", ["401", "403"])
def test_an_engine_that_refuses_us_ends_the_build(there: Site, status: str) -> None:
    there.answers = (status,)
    with pytest.raises(InputError, match="check its key"):
        search(at(there, "brave"), "lake", 5, FAST)
    with pytest.raises(InputError, match="format json"):
        search(at(there, "searxng"), "lake", 5, FAST)


def test_nothing_found_is_an_answer(there: Site) -> None:
    there.found = ()
    for name in NAMES:
        assert search(at(there, name), "lake", 5, FAST) == []


def test_engines_by_name() -> None:
    assert engine("mediawiki").base == "https://en.wikipedia.org"
    with pytest.raises(UnknownName, match="unknown search engine `brav`: did you mean `brave`"):
        engine("brav")
    with pytest.raises(InputError, match="write an http or https address"):
        engine("searxng", "ftp://127.0.0.1")
