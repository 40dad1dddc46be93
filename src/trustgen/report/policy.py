"""A policy: rules in TOML that a run must hold, read so strictly that a slip of the pen never makes a rule pass.

allow_partial = false            # whether a run that was stopped may pass
baseline = "runs/last"           # for the rules that compare with it; from the policy's own folder

[[rule]]
task = "llm.truthfulness.facts"  # one task, or "*" for all; or instead: dimension = "truthfulness"
measure = "accuracy"             # by default each task's headline
min = 0.3                        # or max, or both for a measure with a target
on = "pessimistic"               # or "limit", or "value"
coverage_min = 0.95              # share of planned cases that were scored
judge = "calibrated"             # the judge's errors were measured
not_shown_worse = true           # than the baseline: all that the rule speaks of is one family (Holm)
not_worse_by = 0.02              # than the baseline, as a share of the measure's range: needs many records
baseline_model = "URI"           # where the model has another name there
"""

from __future__ import annotations

import difflib
import math
from pathlib import Path
from typing import Any, Literal

import msgspec

from trustgen.core import InputError, plain

On = Literal["pessimistic", "limit", "value"]


class Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One `[[rule]]`, as written; `baseline` is the policy's where the rule names none."""

    name: str = ""
    task: str = ""
    dimension: str = ""
    measure: str = ""
    min: float | None = None
    max: float | None = None
    on: On = "pessimistic"
    coverage_min: float | None = None
    judge: Literal["", "calibrated"] = ""
    not_worse_by: float | None = None
    not_shown_worse: bool = False
    baseline: str = ""
    baseline_model: str = ""

    @property
    def compares(self) -> bool:
        """Whether it needs a baseline."""
        return self.not_shown_worse or self.not_worse_by is not None

    @property
    def wide(self) -> bool:
        """Whether it speaks of whatever tasks there are, and of none by name."""
        return self.task in ("", "*")

    @property
    def title(self) -> str:
        """Its name, or what it is about."""
        about = f"dimension {self.dimension}" if self.dimension else "every task" if self.wide else self.task
        return self.name or about + (f" {self.measure}" if self.measure else "")


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """A policy's file, its rules in order, and the line each begins on (0 where that cannot be told)."""

    path: Path
    rules: tuple[Rule, ...]
    lines: tuple[int, ...]
    allow_partial: bool = False


def against(baseline: Path) -> Policy:
    """The policy of those who write none: no headline may be shown to be worse than in an earlier run."""
    rule = Rule(name="not shown worse", task="*", not_shown_worse=True, baseline=str(baseline))
    return Policy(path=Path("no headline shown worse than in the baseline"), rules=(rule,), lines=(0,))


def read_policy(path: Path) -> Policy:
    """Read and check a policy. Whatever is wrong with it is an `InputError` that names the rule and the mend."""
    try:
        text = plain.read_text(path)
        raw = plain.toml(text)
    except FileNotFoundError:
        raise InputError(f"there is no policy at `{path}`: name a TOML file with [[rule]] tables") from None
    except (OSError, ValueError) as error:
        raise InputError(f"policy `{path}` cannot be read: {error}") from error
    _known(raw, ("rule", "allow_partial", "baseline", "baseline_model"), f"policy `{path}`")
    rows = raw.get("rule", [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise InputError(f"policy `{path}`: write each rule under [[rule]], with two brackets")
    if not rows:
        raise InputError(f"policy `{path}` has no rule, so it would let everything pass: add a [[rule]]")
    allow = raw.get("allow_partial", False)
    shared = {key: raw.get(key, "") for key in ("baseline", "baseline_model")}
    if not isinstance(allow, bool) or not all(isinstance(value, str) for value in shared.values()):
        raise InputError(f"policy `{path}`: allow_partial is true or false, baseline and baseline_model are texts")
    rules = tuple(_rule(path, i, row, shared) for i, row in enumerate(rows, 1))
    if any(shared.values()) and not any(rule.compares for rule in rules):
        raise InputError(f"policy `{path}` names a baseline that no rule uses: give a rule not_shown_worse = true")
    starts = [i for i, line in enumerate(text.splitlines(), 1) if line.replace(" ", "").startswith("[[rule]]")]
    return Policy(
        path=path,
        rules=rules,
        lines=tuple(starts) if len(starts) == len(rules) else (0,) * len(rules),
        allow_partial=allow,
    )


def _rule(path: Path, number: int, row: dict[str, Any], shared: dict[str, str]) -> Rule:
    where = f"policy `{path}`, rule {number}"
    _known(row, Rule.__struct_fields__, where)
    try:
        rule = msgspec.convert(row, Rule)
    except msgspec.ValidationError as error:
        raise InputError(f"{where}: {error}".replace("$.", "")) from None
    if bool(rule.task) == bool(rule.dimension):
        raise InputError(f'{where}: say what it is about, either task = "…" ("*" for all) or dimension = "…"')
    if (fault := _fault(rule)) or (fault := _baseline_fault(rule, shared)):
        raise InputError(f"{where} ({rule.title}): {fault}")
    if not rule.compares:
        return rule
    # A rule's own baseline does not take over the model that the policy names for another.
    model = rule.baseline_model or ("" if rule.baseline else shared["baseline_model"])
    return msgspec.structs.replace(rule, baseline=rule.baseline or shared["baseline"], baseline_model=model)


def _fault(rule: Rule) -> str:
    """What is wrong with a rule's own numbers; "" where nothing is."""
    numbers = {key: getattr(rule, key) for key in ("min", "max", "coverage_min", "not_worse_by")}
    given = {key: value for key, value in numbers.items() if value is not None}
    if not given and not rule.judge and not rule.not_shown_worse:
        return (
            "min and max are both missing and it demands nothing else: give one (or coverage_min, not_shown_worse, "
            "not_worse_by, judge)"
        )
    for key, value in given.items():
        if not math.isfinite(value):
            return f"{key} = {value} is no bound: give a finite number"
    if rule.min is not None and rule.max is not None and rule.min > rule.max:
        return f"min = {rule.min:g} lies above max = {rule.max:g}: no value can hold it"
    if rule.coverage_min is not None and not 0 < rule.coverage_min <= 1:
        return f"coverage_min = {rule.coverage_min:g}: it is a share above 0 and up to 1, as 0.95"
    if rule.not_worse_by is not None and not 0 < rule.not_worse_by < 1:
        return f"not_worse_by = {rule.not_worse_by:g}: it is a share of the measure's range, between 0 and 1, as 0.02"
    return ""


def _baseline_fault(rule: Rule, shared: dict[str, str]) -> str:
    key = "not_worse_by" if rule.not_worse_by is not None else "not_shown_worse"
    if rule.compares and not (rule.baseline or shared["baseline"]):
        return f'{key} needs a run to compare with: add baseline = "RUN"'
    if not rule.compares and (rule.baseline or rule.baseline_model):
        return "it names a baseline and does not compare with it: add not_shown_worse = true"
    return ""


def _known(row: dict[str, Any], keys: tuple[str, ...], where: str) -> None:
    for key in row:
        if key not in keys:
            near = difflib.get_close_matches(key, keys, n=1)
            hint = f"did you mean `{near[0]}`?" if near else f"there are {', '.join(keys)}"
            raise InputError(f"{where}: unknown key `{key}`: {hint}")
