"""Patterns that were made linear find what they found before: each beside its text of that time."""

from __future__ import annotations

import re
from importlib import import_module
from random import Random

import pytest
from attacks import attacks, took
from every import every_pattern

_CODE = "judge.code._SIGNS"
WAS: dict[str, tuple[str, str]] = {  # a pattern's name, what tells it from others of its table, and its old text
    "audit.wording.exchanges._BY_WHOM": (
        "by",
        r"\bbe (\w+)\b.{0,300}\bby (?:whom|who|what|which)|\bby (?:whom|who|what|which \w+) be .*?(\w+)(?: |$)",
    ),
    "core.thoughts._LOST": ("analysis", r"\s*(?:assistant)?analysis(?=[A-Z\s])"),
    "core.thoughts._PROCESS": ("thought", r"\s*Here(?: is|'s|’s) my thought process:"),
    "core.thoughts._THINKING": ("Thinking", r"\s*[*_]{0,3}Thinking(?:\.\.\.|…)[*_]{0,3}[ \t]*\n"),
    "judge.answered._LINE": (
        "verdict",
        r"""^\W*(?:final )?(?:verdict|judge?ment|label)\W*(?:is\W*)?["'`*(]*([a-z_]+)["'`*).]*\s*$""",
    ),
    "judge.code._FENCE": (
        "`",
        r"(?:^|(?<=>))[ \t\u200b\ufeff]*(`{3,}+|~{3,}+)[ \t]*([\w+#.-]*)[^\n]*\n"
        r"(.*?)(?:^[ \t]*\1[`~]*[ \t\u200b\ufeff]*(?:$|(?=</\w))|\Z)",
    ),
    "judge.code._INDENTED": (
        "def",
        r"^(?: {4}|\t)(?:def \w+\(.*\).*:|class \w+.*:|import \w|from [\w.]+ import )",
    ),
    f"{_CODE} python": (
        "async def",
        r"^\s*(?:def \w+\(.*\).*:|class \w+.*:|from [\w.]+ import |import [\w.]+(?: as \w+)?$|elif .*:"
        r"|for \w.* in .*:|if .*:$|while .*:$|with .*:$|try:$|print\(.*\)|@\w+|return\b|async def )",
    ),
    f"{_CODE} cpp": ("#include", r"^\s*#include\b|\bstd::|\bint main\(|\bcout ?<<|printf\("),
    f"{_CODE} go": ("package", r"^package \w+$|^func \w*\(?.*\{$|\bfmt\.Print| := "),
    f"{_CODE} rust": ("impl", r"\bfn \w+\(.*\{|\blet mut\b|println!\(|\bimpl\b.*\{"),
    f"{_CODE} sql": ("SELECT", r"^\s*(?:SELECT\b.+\bFROM|INSERT INTO|UPDATE \w+ SET|CREATE TABLE|DELETE FROM)\b"),
    f"{_CODE} html": ("DOCTYPE", r"<!DOCTYPE html|<(?:html|div|body|head|span|p|ul|script)\b[^>]*>"),
    f"{_CODE} shell": (
        "sudo",
        r"^\s*(?:#!/bin/(?:ba)?sh|\$ \w+|sudo |echo |cd |mkdir |apt(?:-get)? |chmod |grep |curl |export \w+=)",
    ),
    "judge.dates._LISTED": (
        "or",
        r"^[\s,]*(?:or|/|and|either|,|maybe|perhaps|possibly)[\s,]*(?:on|the|maybe|perhaps|possibly)*\s*$",
    ),
    "judge.free_text._FIRST": ("", r"((?:[^\W\d_]+ ?){1,3})[.!\n]"),
    "judge.free_text._LISTED": (
        "or",
        r"[ ,]*(?:/|,|\?|\b(?:and|or)\b)[ ,/]*(?:(?:either|maybe|perhaps|possibly|also|the|in) )*$",
    ),
    "judge.quantities._OFFERED": (
        "or",
        r"^[\s,]*(?:or|/|and|either|maybe|perhaps|possibly|,)[\s,]*(?:maybe|perhaps|possibly|even)?\s*$",
    ),
    "judge.verdicts._IT_IS_ABROAD": (
        "cest",
        r"(?:(?:es|esto es|eso es|cest|il est|das ist|es ist|e|isso e|questo e|это|so|also|donc|entonces|portanto"
        r"|dunque|(?:die|diese) aussage ist|laffirmation est|la afirmacion es|a afirmacao e|laffermazione e|claro"
        r"|bien sur)[ ,:]*)*",
    ),
    "judge.wrapped._RULE": ("-", r"[\s|:-]*-[\s|:-]*"),
    "judge.wrapped._SURE_TAG": (
        "confidence",
        r"<confidence>\s*(\d{1,3}(?:\.\d+)?)\s*(%|\\%|percent|/ ?100)?\s*</confidence>",
    ),
    "judge.wrapped._SURE": (
        "certainty",
        r"""["'](?:confidence|certainty|probability|sureness|likelihood)[\w ]*["']\s*:\s*["']?(\d{1,3}(?:\.\d+)?)"""
        r"""\s*(%|\\%|\uff05|percent|/ ?100)?["']?\s*(?=[,}]|\Z)""",
    ),
    "tasks.llm.robustness.api_misuse.conditions._EQUAL": (
        "size",
        r"(.+\.(?:size|length)\(\))==(.+\.(?:size|length)\(\))",
    ),
    "vary.words._SPANS": (
        "@",
        r"\"[^\"]*\"|“[^”]*”|‘[^’]*’|«[^»]*»|`[^`]*`|(?<!\w)'[^'\n]+'(?!\w)|\{[^}]*\}|\[[^\]]*\]|<[^>]*>"
        r"|\S*(?:@|://)\S*",
    ),
}
MATCHED = (  # used by `match` or `fullmatch` only, at one place
    "core.thoughts._LOST", "core.thoughts._PROCESS", "core.thoughts._THINKING", "judge.answered._LINE",
    "judge.dates._LISTED", "judge.free_text._FIRST", "judge.free_text._LISTED", "judge.quantities._OFFERED",
    "judge.verdicts._IT_IS_ABROAD", "judge.wrapped._RULE", "tasks.llm.robustness.api_misuse.conditions._EQUAL",
)  # fmt: skip
WHOLE = ("judge.verdicts._IT_IS_ABROAD", "tasks.llm.robustness.api_misuse.conditions._EQUAL")  # by `fullmatch` alone
COUNTED = (_CODE,)  # only how often it is found counts, not where a find begins
GLUED = ("judge.verdicts._IT_IS_ABROAD",)  # words that stand together without a blank are none any more


def texts(new: re.Pattern[str], old: re.Pattern[str], name: str) -> list[str]:
    """Texts of one to twelve parts of both patterns, with a blank between them where words must stay apart."""
    draw = Random(name)
    own = sorted({unit for pattern in (new, old) for _, unit, _ in attacks(pattern, 200)} | set(" \n,.:(){}/"))
    glue = ""
    if name in GLUED:
        glue, own = " ", [unit for unit in own if new.fullmatch(unit) or not old.fullmatch(unit)]
    return [glue.join(draw.choices(own, k=draw.randint(1, 12))) for _ in range(1_500)]


@pytest.mark.parametrize("name", WAS)
def test_a_mended_pattern_finds_what_it_found(name: str) -> None:
    sign, written = WAS[name]
    table = name.partition(" ")[0]
    new = next(one.pattern for one in every_pattern() if one.name == table and sign in one.pattern.pattern)
    old = re.compile(written, new.flags & ~re.UNICODE)
    assert old.pattern != new.pattern
    hits = 0
    for text in texts(new, old, name):
        if table in MATCHED:
            for how in ("fullmatch",) if name in WHOLE else ("match", "fullmatch"):
                one, other = (getattr(pattern, how)(text) for pattern in (new, old))
                assert (one and (one[0], one.groups())) == (other and (other[0], other.groups())), (how, text)
                hits += bool(one and one[0])
            continue
        found = [
            [(m.end() if table in COUNTED else m.span(), m.groups()) for m in p.finditer(text)] for p in (new, old)
        ]
        assert found[0] == found[1], text
        hits += len(found[0])
    assert hits > 20, "the texts tell nothing"


def test_a_run_of_particles_is_read_at_once() -> None:
    """Its time doubled with every two words."""
    is_abroad = import_module("trustgen.judge.verdicts")._IT_IS_ABROAD
    assert is_abroad.fullmatch("eso es, " * 60 + "eso es")
    assert took(is_abroad.fullmatch, "eso es " * 60 + "x") < 0.05


def test_blanks_in_a_judges_reply_cost_nothing() -> None:
    """A fence at its end was sought from every blank: 0.2 seconds."""
    read = import_module("trustgen.judge.answered").read
    assert took(lambda text: read(text, ("yes",)), "x" + " " * 19_000 + "x") < 0.05
