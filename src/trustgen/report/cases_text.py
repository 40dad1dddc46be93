"""Cases in a terminal: what was asked, said and decided, legible at 80 columns; and the lines above and below them."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Iterator

from trustgen.core.shown import flat, one_line, shown

from .cases import Ended, Found, Said, Shown
from .cases_pick import Wanted
from .words import number, plural

MOST = 800
"""Characters of one text that a list shows; one case is shown whole."""
WRAPPED = 20_000  # a longer line is left to the terminal
VOTES = 6
FOLD = "--unfold shows it"


def lines(found: Found, wanted: Wanted | None = None) -> Iterator[str]:
    """A look at a run in lines; without `wanted`, one case whole."""
    if wanted is None:
        for case in found.cases:
            yield from _case(case, whole=True)
        return
    ended = ", ".join(f"{n:,} {name}" for name, n in found.counts.items())
    told = f"{found.matching:,} of {plural(found.verdicts, 'verdict')}" + (f": {ended}" if ended else "")
    yield from _wrapped(told, "  ", _width())
    if found.kinds:
        told = ", ".join(f"{n:,} {name}" for name, n in found.kinds.items())
        told = f"from the first model to the second: {told} (broken: right, then wrong; mended: the other way)"
        yield from _wrapped(told, "  ", _width())
    for case in found.cases:
        yield from _case(case, whole=False)
    yield ""
    if not found.cases:
        yield "Nothing here is like that."
        return
    first = {"worst": "the worst first", "surprising": "the most surprising first"}[wanted.first]
    shown_ = plural(len(found.cases), "case")
    told = f"{shown_}, {first}. --n shows more; --case {found.cases[0].case[:8]} shows one whole."
    yield from _wrapped(told, "", _width())


def _case(case: Shown, *, whole: bool) -> Iterator[str]:
    width = _width()
    kind = f" · {case.kind.upper()}" if case.kind else ""
    yield ""
    yield from _wrapped(f"── {case.task.removeprefix('llm.')} · {case.arm} · {case.case[:8]}{kind}", "   ", width)
    about = [f"{name}={value}" for name, value in case.tags.items()]
    about += [f"varied by {', '.join(case.steps)}"] if case.steps else []
    if about:
        yield from _wrapped("   " + " · ".join(one_line(text, 120) for text in about), "   ", width)
    asked = _asked(case)
    for turn in asked:
        yield from _said(turn, whole, width)
    for path in case.pictures:
        yield f"  picture: {path}"
    for ended in case.ended:
        yield from _ended(ended, len(asked), whole, width)
    if case.expected.length:
        yield from _said(case.expected._replace(who="expected"), whole, width)
    yield from _from(case, whole, width)


def _asked(case: Shown) -> tuple[Said, ...]:
    """The turns before the first reply: the same for every model."""
    told = case.ended[0].said if case.ended else ()
    first = next((i for i, turn in enumerate(told) if turn.who in ("reply", "thought")), len(told))
    return told[:first]


def _ended(e: Ended, asked: int, whole: bool, width: int) -> Iterator[str]:
    yield from _wrapped(f"  {e.model}: {_verdict(e)}", "    ", width)
    for turn in e.said[asked:]:
        yield from _said(turn, whole, width, "    ")
    for path in e.pictures:
        yield f"    picture: {path}"
    if e.surprising:
        yield f"    surprising: {'; '.join(e.surprising)}"
    if whole:
        for vote in e.votes[:VOTES]:
            why = f" ({one_line(vote.reason, 200)})" if vote.reason else ""
            yield from _wrapped(f"    vote of {vote.by}: {vote.label or 'none read'}{why}", "    ", width)
        if e.key:
            yield f"    response {e.response}, {plural(e.attempts, 'call')}"
            yield f"    verdict {e.key}"
            yield f"    judge {e.judge}"


def _verdict(e: Ended) -> str:
    """`WRONG, score 0.000, “wrong” (rule: settles on another answer)`."""
    mark = (e.outcome.upper() if e.score is None else "") if e.right is None else "right" if e.right else "WRONG"
    parts = [mark] if mark else []
    parts += [f"score {number(e.score)}"] if e.score is not None else []
    parts += [f"“{one_line(e.label, 60)}”"] if e.label else []
    parts += [f"said to be {100 * e.confidence:.0f} % sure"] if e.confidence is not None else []
    reason = f" ({e.rung}: {one_line(e.reason, 200)})" if e.reason else ""
    return ", ".join(parts) + reason


def _said(turn: Said, whole: bool, width: int, indent: str = "  ") -> Iterator[str]:
    if turn.folded:
        class_ = "" if turn.folded == turn.who else f"{one_line(turn.folded, 80)}, "
        yield f"{indent}{turn.who}: ({class_}{turn.length:,} characters, folded: {FOLD})"
        return
    text = turn.text if whole else turn.text[:MOST]
    told = [flat(line) for line in shown(text.replace("\r\n", "\n")).split("\n")]
    if len(text) < len(turn.text):
        told.append(f"… ({MOST:,} of {len(turn.text):,} characters; --case shows all)")
    for i, line in enumerate(told):
        yield from _wrapped(f"{indent}{'  ' if i else f'{turn.who}: '}{line}", f"{indent}  ", width)


def _from(case: Shown, whole: bool, width: int) -> Iterator[str]:
    for record in case.records if whole else case.records[:1]:
        core = f", core {one_line(record.core, 60)}" if record.core else ""
        source = " ".join(filter(None, (record.origin, record.revision)))
        told = f"  from: {record.pool} {record.id[:8]}{core} · {source} ({record.licence})"
        yield from _wrapped(told, "    ", width)


def _width() -> int:
    return max(40, min(shutil.get_terminal_size((80, 24)).columns, 100))


def _wrapped(text: str, indent: str, width: int) -> Iterator[str]:
    text = flat(text)
    if len(text) <= width or len(text) > WRAPPED:
        yield text.rstrip()
        return
    yield from textwrap.wrap(
        text, width, subsequent_indent=indent, replace_whitespace=False, drop_whitespace=True, break_on_hyphens=False
    )
