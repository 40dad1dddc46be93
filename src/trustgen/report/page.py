"""A run as one HTML page that needs nothing else: no network, no script, styles and drawings inline."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from trustgen.core import OUTCOMES
from trustgen.core.folding import case_harm
from trustgen.core.shown import shown
from trustgen.stats.planned import Pair

from . import plots, words
from .answering import MARKS, answer, matrix
from .overview import FIRST, Names, changes, missing_here, profile, refusals, threats
from .sections import KINDS, judged, sections
from .summary import Findings
from .tables import write_text

if TYPE_CHECKING:
    from jinja2 import Environment


def write_html(found: Findings, path: Path, *, redact: bool = False) -> Path:
    """Write the page, without texts that may harm if it is to `redact` them; returns its path."""
    return write_text(path, render(found, redact=redact))


def render(found: Findings, *, redact: bool = False) -> str:
    """The page as text."""
    names, its = Names.of(found.manifest.models), answer(found)
    parts = {
        "found": found,
        "run": found.manifest,
        "names": names,
        "redact": redact,
        "answer": its,
        "rows": list(matrix(found, its)),
        "marks": {sign: verdict.replace(" ", "-") for verdict, sign in MARKS.items()} | {"": ""},
        "letters": _letters(found),
        "profile": profile(found, names),
        "changes": changes(found, names),
        "first": FIRST,
        "plane": refusals(found, names),
        "threats": list(threats(found)),
        "shelf": missing_here(found),
        "sections": list(sections(found, names)),
        "outcomes": OUTCOMES,
        "lesser": len({(e.task, e.measure) for e in found.estimates if not e.headline}),
    }
    return _environment().get_template("report.html").render(parts)


def _letters(found: Findings) -> dict[Pair, str]:
    """The letters that models share on a headline, where there are more than two models."""
    orders = found.board.orders if found.board and len(found.manifest.models) > 2 else ()
    return {(o.task, place.model): f" {' '.join(place.letters)}" for o in orders for place in o.places}


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    made = Environment(
        loader=PackageLoader(__package__),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_plain,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals |= {"words": words, "kinds": KINDS, "plots": plots, "judged": judged, "harm": case_harm}
    return made


def _plain(value: Any) -> Any:
    """Whatever the template prints, wherever it came from, holds no control character."""
    return shown(value) if isinstance(value, str) and not isinstance(value, Markup) else value
