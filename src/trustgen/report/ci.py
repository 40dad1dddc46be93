"""The formats that CI systems show: JUnit XML and SARIF 2.1.0, of a gate or of a run without a policy.

Only what fails is a failure or a SARIF result; numbers that hold stand in JUnit's properties. Without a policy there is
nothing to hold a number to, so a case fails only where there is no number.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Xml

from trustgen.core import Estimate
from trustgen.core.shown import escaped, one_line, visible
from trustgen.store import RunManifest

from .checks import Check, Gated
from .summary import Findings
from .tables import write_text
from .words import interval, missing, number

NO_POLICY = (
    "No policy was given: a case fails only where there is no value. Hold numbers to bounds with `trustgen gate`."
)
SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
MOST = 4_000
"""Characters of one message."""


@dataclass(frozen=True)
class JunitCase:
    """One test case of JUnit: what it is about, its numbers, and the reasons why it failed or was skipped."""

    name: str
    group: str
    numbers: list[tuple[str, str]] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)


# ── what is in them ─────────────────────────────────────────────────────────────────────────────────────────────────


def _gate_cases(found: Gated, model: str) -> list[JunitCase]:
    """One case a rule, and one for the run as a whole. A rule is skipped where all its checks are."""
    rules: dict[int, list[Check]] = {}
    for check in (c for c in found.checks if c.model == model):
        rules.setdefault(check.rule, []).append(check)
    cases = []
    for place, checks in rules.items():
        title = checks[0].title
        why = {s: [sentence(c) for c in checks if c.status == s] for s in ("failed", "skipped")}
        numbers = [pair for check in checks for pair in _numbers(check)]
        skipped = why["skipped"] if len(why["skipped"]) == len(checks) else []
        name = f"{place}. {title}" if place else title
        cases.append(JunitCase(name, found.policy.path.name, numbers, why["failed"], skipped))
    return cases


def sentence(check: Check) -> str:
    """What a check is about and why it ended so."""
    about = f"{check.task} {check.measure}".strip()
    return f"{about}: {check.reason}" if about else check.reason


def _numbers(check: Check) -> list[tuple[str, str]]:
    head = " ".join(part for part in (check.task, check.measure, check.demand) if part)
    found = [("status", check.status), ("by", check.by)]
    found += [(key, repr(x)) for key, x in (("seen", check.seen), ("bound", check.bound)) if not math.isnan(x)]
    found += _estimate(check.estimate) if check.estimate else []
    return [(f"{head}: {key}", value) for key, value in found if value]


def _estimate(e: Estimate) -> list[tuple[str, str]]:
    floats = {"value": e.value, "low": e.low, "high": e.high, "worst": e.worst, "best": e.best}
    floats |= {"joint_low": e.joint[0], "joint_high": e.joint[1]}
    found = [(key, "nan" if math.isnan(x) else repr(x)) for key, x in floats.items()]
    found += [("counted", f"{e.counted} {e.unit}"), ("planned", str(e.planned)), ("direction", e.direction.value)]
    return found + [(outcome, str(n)) for outcome, n in e.outcomes.items() if n]


def _headline_cases(found: Findings, model: str) -> list[JunitCase]:
    """One case a headline, which fails only where it has no value."""
    cases = []
    heads = {e.task: e for e in found.estimates if e.headline and e.model == model}
    for entry in found.tasks:
        e = heads.get(entry.id)
        failed, skipped = [], []
        if level := found.manifest.lacking.get((entry.id, model)):
            skipped = [f"not applicable: the model lacks the level {level}"]
        elif e is None:
            failed = ["no numbers yet"]
        elif math.isnan(e.value):
            failed = [f"no value: {e.method} ({missing(e.outcomes) or 'nothing planned'})"]
        name = f"{entry.id} {e.measure}" if e else entry.id
        cases.append(JunitCase(name, found.dimension(entry), _estimate(e) if e else [], failed, skipped))
    return cases


# ── JUnit ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def write_gate_junit(found: Gated, path: Path) -> Path:
    """A gate as JUnit XML: one suite a model, one case a rule."""
    suites = {m: _gate_cases(found, m) for m in found.models}
    return _write_junit(path, "trustgen gate", found.manifest, suites, "")


def write_junit(found: Findings, path: Path) -> Path:
    """A run without a policy as JUnit XML: one suite a model, one case a headline."""
    suites = {m: _headline_cases(found, m) for m in found.manifest.models}
    return _write_junit(path, "trustgen report", found.manifest, suites, NO_POLICY)


def _write_junit(path: Path, name: str, run: RunManifest, suites: dict[str, list[JunitCase]], said: str) -> Path:
    top = Xml.Element("testsuites", {"name": name} | _counts([c for cases in suites.values() for c in cases]))
    for model, cases in suites.items():
        head = {"name": _text(model), **_counts(cases), "time": "0"}
        if run.ended:
            head["timestamp"] = _text(run.ended[:19])
        suite = Xml.SubElement(top, "testsuite", head)
        about = {"suite": run.suite, "edition": run.edition, "salt": run.salt, "status": run.status}
        about |= {"stopped": run.stopped} if run.stopped else {}
        about |= {"simulated": "true"} if model in run.simulated else {}
        _properties(suite, about.items())
        for case in cases:
            about = {"name": _text(case.name), "classname": _text(case.group), "time": "0"}
            at = Xml.SubElement(suite, "testcase", about)
            _properties(at, case.numbers)
            if case.failed:
                first = {"message": _text(case.failed[0]), "type": "gate" if not said else "no value"}
                Xml.SubElement(at, "failure", first).text = "\n".join(_text(line) for line in case.failed)
            elif case.skipped:
                Xml.SubElement(at, "skipped", {"message": _text("; ".join(case.skipped))})
        if said:
            Xml.SubElement(suite, "system-out").text = said
    Xml.indent(top)
    declared = '<?xml version="1.0" encoding="UTF-8"?>'
    return write_text(path, f"{declared}\n{Xml.tostring(top, 'unicode')}\n")


def _counts(cases: Sequence[JunitCase]) -> dict[str, str]:
    failed = sum(bool(c.failed) for c in cases)
    skipped = sum(bool(c.skipped) and not c.failed for c in cases)
    return {"tests": str(len(cases)), "failures": str(failed), "errors": "0", "skipped": str(skipped)}


def _properties(parent: Xml.Element, found: Iterable[tuple[str, str]]) -> None:
    rows = list(found)
    if rows:
        under = Xml.SubElement(parent, "properties")
        for key, value in rows:
            Xml.SubElement(under, "property", {"name": _text(key), "value": _text(value)})


def _text(text: str) -> str:
    """Foreign text on one line; control characters, which XML cannot hold, are spelled out."""
    return one_line(text, MOST)


# ── SARIF ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def write_gate_sarif(found: Gated, path: Path) -> Path:
    """A gate as SARIF 2.1.0: a rule for each of the policy's, a result for each check that failed."""
    titles = {0: "The run is finished"} | {i: rule.title for i, rule in enumerate(found.policy.rules, 1)}
    rules = [_rule(_rule_id(i), title, "The policy asks for this; see its file.") for i, title in titles.items()]
    results = []
    for check in found.failed:
        line = found.policy.lines[check.rule - 1] if check.rule else 0
        at = _place(found.policy.path, line, check.model, check.task)
        numbers = {"demand": check.demand, "by": check.by, "seen": check.seen, "bound": check.bound}
        text = f"{check.model}: {sentence(check)}"
        results.append(_result(_rule_id(check.rule), check.rule, text, at, numbers))
    return _write_sarif(path, found.manifest, rules, results, "gate")


def write_sarif(found: Findings, path: Path) -> Path:
    """A run without a policy as SARIF 2.1.0: a rule for each headline, a result where one has no value."""
    rules = [_rule(entry.id, found.title(entry.id), NO_POLICY) for entry in found.tasks]
    results = []
    for model in found.manifest.models:
        for i, (entry, case) in enumerate(zip(found.tasks, _headline_cases(found, model), strict=True)):
            if case.failed:
                at = _place(Path("estimates.json"), 0, model, entry.id)
                results.append(_result(entry.id, i, f"{model}: {entry.id}: {case.failed[0]}", at, dict(case.numbers)))
    heads = [e for e in found.estimates if e.headline]
    said = ((f"{e.model} · {e.task} · {e.measure}", f"{number(e.value, e.range)} {interval(e)}") for e in heads)
    told = {one_line(about, MOST): one_line(numbers, MOST) for about, numbers in said}
    return _write_sarif(path, found.manifest, rules, results, "report", {"headlines": told, "note": NO_POLICY})


def _rule_id(place: int) -> str:
    return f"rule-{place}" if place else "run-is-finished"


def _rule(id: str, title: str, text: str) -> dict[str, Any]:
    return {
        "id": visible(id, MOST),
        "shortDescription": {"text": visible(title, MOST)},
        "fullDescription": {"text": text},
        "defaultConfiguration": {"level": "error"},
    }


def _place(path: Path, line: int, model: str, task: str) -> dict[str, Any]:
    from urllib.parse import quote

    uri = path.as_uri() if path.is_absolute() else quote(path.as_posix())
    physical: dict[str, Any] = {"artifactLocation": {"uri": uri}}
    if line:
        physical["region"] = {"startLine": line}
    logical = {"fullyQualifiedName": visible(f"{model}/{task}" if task else model, MOST), "kind": "member"}
    return {"physicalLocation": physical, "logicalLocations": [logical]}


def _result(rule: str, index: int, text: str, at: dict[str, Any], numbers: dict[str, Any]) -> dict[str, Any]:
    return {
        "ruleId": visible(rule, MOST),
        "ruleIndex": index,
        "kind": "fail",
        "level": "error",
        "message": {"text": visible(text, MOST)},
        "locations": [at],
        "properties": {key: _plain(value) for key, value in numbers.items()},
    }


def _plain(value: Any) -> Any:
    """JSON has no nan and no infinity: null stands for both."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return visible(value, MOST) if isinstance(value, str) else value


def _write_sarif(
    path: Path,
    run: RunManifest,
    rules: list[dict[str, Any]],
    results: list[dict[str, Any]],
    mode: str,
    more: dict[str, Any] | None = None,
) -> Path:
    about = {"suite": run.suite, "edition": run.edition, "salt": run.salt, "status": run.status}
    driver = {
        "name": "TrustGen",
        "semanticVersion": _version(),
        "rules": rules,
    }
    one = {
        "tool": {"driver": driver},
        "automationDetails": {"id": f"trustgen/{mode}/{visible(run.suite, MOST)}/"},
        "invocations": [{"executionSuccessful": True}],
        "columnKind": "unicodeCodePoints",
        "results": results,
        "properties": {k: visible(v, MOST) for k, v in about.items()} | (more or {}),
    }
    document = {"$schema": SCHEMA, "version": "2.1.0", "runs": [one]}
    return write_text(path, escaped(json.dumps(document, ensure_ascii=False, allow_nan=False, indent=2)) + "\n")


def _version() -> str:
    from trustgen.version import VERSION

    return VERSION
