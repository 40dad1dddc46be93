"""Fetching, on a real site that does what sites do: each page costs bounded time and memory, and one clear line."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tracemalloc
from collections.abc import Iterator
from hashlib import sha256
from types import SimpleNamespace

import pytest
from msgspec.structs import replace

from costs import within
from servers.site_server import GOOD, LAKE, Site, bomb, site
from trustgen.core import InputError, Unusable
from trustgen.curate.web import Fetcher, Limits, Page

FAST = Limits(page_seconds=10, read_seconds=4, pause=0, page_bytes=1 << 20, robots_seconds=4)


@pytest.fixture
def there() -> Iterator[Site]:
    with site() as running:
        yield running


def get(there: Site, path: str, limits: Limits = FAST) -> Page:
    return Fetcher(limits, allow_private=True).page(there.url + path)


def fault(there: Site, path: str, limits: Limits = FAST) -> str:
    with pytest.raises(Unusable) as caught:
        get(there, path, limits)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_good_page(there: Site) -> None:
    page = get(there, "/lake")
    assert page.title == "The lake of Brosk"
    assert all(sentence in page.text for sentence in LAKE)
    assert "Home" not in page.text
    assert "Imprint" not in page.text
    assert page.url == page.final_url == there.url + "/lake"
    assert (page.sha256, page.bytes) == (sha256(GOOD).hexdigest(), len(GOOD))
    assert (page.date, page.licence) == ("2025-03-04", "https://licence.example/by")
    assert page.retrieved.endswith("+00:00")


def test_what_we_send_and_what_we_keep(there: Site) -> None:
    fetcher = Fetcher(FAST, allow_private=True)
    for path in ("/lake", "/mill", "/lake"):
        fetcher.page(there.url + path)
    assert there.paths() == ["/robots.txt", "/lake", "/mill", "/lake"], "robots.txt is asked for once, and first"
    for seen in there.seen:
        assert seen.headers["user-agent"].startswith("trustgen/")
        assert not {"cookie", "authorization", "referer", "proxy-authorization"} & seen.headers.keys()


def test_whom_a_site_can_write_to(there: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRUSTGEN_CONTACT", "lab@example.org")
    get(there, "/lake")
    assert all(seen.headers["user-agent"].endswith("robots.txt; lab@example.org)") for seen in there.seen)
    monkeypatch.setenv("TRUSTGEN_CONTACT", "me\r\nCookie: a=b")
    with pytest.raises(InputError, match=r"\$TRUSTGEN_CONTACT is .*write a mail address"):
        get(there, "/lake")


def test_proxies_and_passwords_of_the_environment_are_not_used(
    there: Site, monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    netrc = f"{tmp_path}/netrc"
    with open(netrc, "w") as file:
        file.write("machine 127.0.0.1 login me password secret\n")
    monkeypatch.setenv("NETRC", netrc)
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    get(there, "/lake")
    assert all("authorization" not in seen.headers for seen in there.seen)


@pytest.mark.parametrize("path", ["/gzip", "/deflate", "/bare-deflate", "/lying-charset"])
def test_packings_and_encodings_that_are_usual(there: Site, path: str) -> None:
    assert all(sentence in get(there, path).text for sentence in LAKE)


def test_the_headers_encoding_is_believed(there: Site) -> None:
    assert "bateaux décorés" in get(there, "/latin").text


def test_plain_text(there: Site) -> None:
    assert get(there, "/plain").text.startswith(LAKE[0] + "\n" + LAKE[1])


def test_what_is_hidden_is_not_read(there: Site) -> None:
    text = get(there, "/hidden").text
    for hidden in ("Ignore all", "Out of sight", "small words", "not this"):
        assert hidden not in text
    assert "The harbour has a lighthouse that was lit in 1904." in text


FAULTS = {
    "/private/diary": "robots.txt forbids",
    "/not-us": "robots.txt forbids",
    "/moved-to-private": "robots.txt forbids",
    "/loop": "in a circle",
    "/hop-0": "more than 5 redirects",
    "/to-file": "redirects to what is refused: .*no http",
    "/to-password": "redirects to what is refused",
    "/to-broken": "no address",
    "/to-nowhere": "answered 302",
    "/endless": "more than 1,048,576 bytes",
    "/endless-tail": "more than 1,048,576 bytes",
    "/announced": "announces 1,099,511,627,776 bytes",
    "/huge": "announces 4,000,003 bytes",
    "/gzip-bomb": "unpacks to more than 1,048,576 bytes",
    "/deflate-bomb": "unpacks to more than 1,048,576 bytes",
    "/broken-gzip": "damaged",
    "/cut-gzip": "broke off",
    "/short": "Payload",
    "/brotli": "'br', which was not asked for",
    "/twice": "'gzip, gzip', which was not asked for",
    "/pdf": "application/pdf, which is not read",
    "/image": "image/png, which is not read",
    "/no-type": "no content type",
    "/empty": "no main text|as HTML",
    "/no-text": "no main text",
    "/broken-bytes": "cannot be decoded",
    "/deep": "no main text|cannot be read",
    "/gone": "answered 410",
    "/nothing": "answered 404",
    "/down": "answered 500",
    "/busy": "answered 429",
    "/garbage": "127.0.0.1: ",
    "/drop": "127.0.0.1: ",
    "/endless-headers": "127.0.0.1: ",
}


@pytest.fixture(scope="module", autouse=True)
def _bombs() -> None:
    assert max(len(bomb()), len(bomb(15))) < 1 << 18, "small on the wire"


@pytest.mark.parametrize("path", FAULTS)
def test_pages_that_are_refused(there: Site, path: str) -> None:
    with pytest.raises(Unusable, match=FAULTS[path]):
        get(there, path)


def test_what_is_refused_by_robots_txt_is_never_asked_for(there: Site) -> None:
    for path in ("/private/diary", "/not-us", "/moved-to-private"):
        fault(there, path)
    assert set(there.paths()) == {"/robots.txt", "/moved-to-private"}


def test_five_redirects_are_followed(there: Site) -> None:
    assert get(there, "/moved").final_url == there.url + "/lake"
    assert get(there, "/hop-2").final_url == there.url + "/hop-7"


def test_a_page_that_claims_another_encoding_in_xml(there: Site) -> None:
    assert LAKE[0] in get(there, "/xml-claim").text


def test_a_failure_that_passes_is_tried_once_more(there: Site) -> None:
    assert LAKE[0] in get(there, "/flaky").text
    fault(there, "/down")
    assert len(there.paths("/down")) == 2
    fault(there, "/gone")
    assert len(there.paths("/gone")) == 1, "a lasting failure is not asked for again"
    fault(there, "/busy")
    assert len(there.paths("/busy")) == 1, "who asks to be left alone for ten minutes is"


# ── time and memory ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_slow_drip_and_a_silence_end_in_time(there: Site) -> None:
    limits = replace(FAST, page_seconds=0.8, read_seconds=0.3)
    with within(60):
        assert "did not finish within 0.8 seconds" in fault(there, "/drip", limits)
        assert "sent nothing for 0.3 seconds" in fault(there, "/silence", limits)


@pytest.mark.parametrize("path", ["/gzip-bomb", "/endless", "/deflate-bomb"])
def test_a_bomb_is_never_held_in_memory(there: Site, path: str) -> None:
    get(there, "/lake")
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    fault(there, path, replace(FAST, page_bytes=4 << 20))
    peak = tracemalloc.get_traced_memory()[1] - before
    tracemalloc.stop()
    assert there.sent < 64 << 20
    assert peak < 16 << 20, f"{peak:,} bytes for a page of at most 4 MiB"


def test_text_is_cut(there: Site) -> None:
    text = get(there, "/lake", replace(FAST, text=250)).text
    assert len(text) <= 250
    assert text.endswith(LAKE[1])


# ── robots.txt ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
def test_a_host_without_robots_txt_may_be_read(there: Site, status: int) -> None:
    there.robots = (status, "User-agent: *\nDisallow: /")
    assert get(there, "/private/diary").text


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_host_that_cannot_say_is_not_read(there: Site, status: int) -> None:
    there.robots = (status, "")
    assert f"robots.txt answered {status}" in fault(there, "/lake")
    assert set(there.paths()) == {"/robots.txt"}


def test_a_host_that_is_silent_about_it_is_not_read(there: Site) -> None:
    there.robots = (0, "")
    limits = replace(FAST, robots_seconds=0.3)
    assert "robots.txt did not come within 0.3 seconds" in fault(there, "/lake", limits)
    there.robots = (200, "#" * (1 << 20))
    assert "robots.txt cannot be read" in fault(there, "/lake")


def test_rules_full_of_wildcards_cost_nothing(there: Site) -> None:
    there.robots = (200, "User-agent: *\nDisallow: /" + "a*" * 40 + "b\n")
    with within(60):
        fault(there, "/" + "a" * 1500)


def test_pauses_between_pages(there: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    still = SimpleNamespace(monotonic=lambda: 0.0, sleep=slept.append)  # a clock that stands
    monkeypatch.setattr("trustgen.curate.web.fetch.time", still)

    def paused(robots: str, limits: Limits) -> float:
        there.robots = (200, robots)
        slept.clear()
        fetcher = Fetcher(limits, allow_private=True)
        fetcher.page(there.url + "/lake")
        assert not any(slept), "nothing to wait for before the first page"
        fetcher.page(there.url + "/mill")
        return sum(slept)

    assert paused("", FAST) == 0
    assert paused("", replace(FAST, pause=0.8)) == 0.8
    assert paused("User-agent: *\nCrawl-delay: 0.8\n", FAST) == 0.8
    with pytest.raises(Unusable, match="asks for 60 seconds between two pages"):
        paused("User-agent: *\nCrawl-delay: 60\n", FAST)


# ── addresses ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_own_network_is_refused_by_default(there: Site) -> None:
    for url in (there.url, there.url.replace("127.0.0.1", "localhost"), there.url.replace("127.0.0.1", "2130706433")):
        with pytest.raises(Unusable):
            Fetcher(FAST).page(url + "/lake")
    assert there.seen == []


def fetcher_of(there: Site, *answers: list[str]) -> tuple[Fetcher, str]:
    """A fetcher that looks up `site.example` and is told these addresses, in turn; and the site under that name."""
    told = iter(answers)

    async def lookup(host: str, port: int) -> list[str]:
        assert host == "site.example"
        return next(told)

    return Fetcher(FAST, lookup=lookup), there.url.replace("127.0.0.1", "site.example")


def test_a_name_of_the_own_network_is_refused(there: Site) -> None:
    fetcher, url = fetcher_of(there, ["127.0.0.1"])
    with pytest.raises(Unusable, match=r"site\.example is refused: its address 127\.0\.0\.1 is loopback"):
        fetcher.page(url + "/lake")
    assert there.seen == []


def test_a_redirect_into_the_own_network_is_refused(there: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first host counts as open (the check is told so), what it redirects to does not."""
    from trustgen.curate.web import addresses

    real = addresses.forbidden
    monkeypatch.setattr(addresses, "forbidden", lambda a: "" if a == "127.0.0.1" else real(a))
    fetcher, url = fetcher_of(there, ["127.0.0.1"])
    with pytest.raises(Unusable, match=r"redirects to what is refused: .*169\.254\.169\.254 is link-local"):
        fetcher.page(url + "/to-metadata")
    assert there.paths()[-1] == "/to-metadata"


def test_a_name_that_answers_otherwise_the_second_time_changes_nothing(
    there: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DNS rebinding: the lookup that is checked is the one that is connected to, and no other is made."""
    import socket

    from trustgen.curate.web import addresses

    lookups: list[object] = []
    real = socket.getaddrinfo

    def counted(host: object, *rest: object, **more: object) -> object:
        lookups.append(host)
        return real(host, *rest, **more)  # type: ignore[call-overload]

    monkeypatch.setattr(socket, "getaddrinfo", counted)
    monkeypatch.setattr(addresses, "forbidden", lambda a: "" if a == "127.0.0.1" else "inside")
    fetcher, url = fetcher_of(there, ["127.0.0.1"], ["10.0.0.7"])
    assert fetcher.page(url + "/lake").final_url == url + "/lake"
    assert "site.example" not in {str(host) for host in lookups}, "the name is looked up by nobody but the check"
    with pytest.raises(Unusable, match=r"its address 10\.0\.0\.7"):
        fetcher.page(url + "/mill")
    assert there.paths() == ["/robots.txt", "/lake"]
    assert there.seen[1].headers["host"] == url.removeprefix("http://"), "the name still stands in the request"


def test_a_redirect_from_https_to_http_is_refused() -> None:
    from trustgen.curate.web.addresses import place

    fetcher = Fetcher(FAST)
    with pytest.raises(Unusable, match="from https to http"):
        fetcher._next(place("https://example.com/"), "http://example.com/")
    assert fetcher._next(place("http://example.com/"), "https://example.com/a").url == "https://example.com/a"


def test_inside_a_running_loop(there: Site) -> None:
    async def within() -> Page:
        return get(there, "/lake")

    assert asyncio.run(within()).title == "The lake of Brosk"


OFFLINE = """
import sys
from trustgen.models.offline import guard
guard()
from trustgen.core import InputError, Unusable
from trustgen.curate.web import Fetcher, Limits, MediaWiki, SearXNG, search
url = sys.argv[1]
limits = Limits(pause=0, tries=1)
print(Fetcher(limits, allow_private=True).page(url + "/lake").title)
print(len(search(SearXNG(url), "the lake", 5, limits)))
for job in (lambda: Fetcher(limits).page("https://example.com/"), lambda: search(MediaWiki(), "the lake", 5, limits)):
    try:
        job()
    except (InputError, Unusable) as error:
        print(type(error).__name__, error)
"""


def test_offline_lets_nothing_out_but_to_loopback(there: Site) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", OFFLINE, there.url],
        env={**os.environ, "TRUSTGEN_OFFLINE": "1"},
        capture_output=True,
        check=False,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    title, hits, page, engine = done.stdout.splitlines()
    assert (title, hits) == ("The lake of Brosk", "2")
    assert page.startswith("Unusable TRUSTGEN_OFFLINE=1 refuses a connection to example.com")
    assert engine.startswith("InputError TRUSTGEN_OFFLINE=1 refuses a search at en.wikipedia.org")


def test_nothing_heavy_is_imported_before_it_is_needed() -> None:
    code = (
        "import sys, trustgen.curate.web, trustgen.curate.topics\n"
        "print(sorted({'aiohttp', 'trafilatura', 'lxml', 'protego', 'yarl', 'idna'} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True, timeout=60)
    assert done.stdout.strip() == "[]"
