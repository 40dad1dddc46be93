"""The gate: whether a run holds a policy, on the numbers least favourable to it.

What a rule with `min` or `max` reads of an estimate, by its `on`:

- `value`: the value.
- `limit`: the 95 % limit on the side where it could break the rule (the lower one for `min`).
- `pessimistic`: the worst on that side of the 95 % limit; the joint limit, which is the 95 % limit if everything
  missing had ended badly; and, where the judge is calibrated, that of the value corrected for its errors.

Every number is counted anew from the run's rows, and a stored one that they do not give fails. So does what has no
value (nan), a file that was edited after the run was sealed, a run without a seal, of which that cannot be told, and a
run that did not finish, unless the policy allows it.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Literal

import msgspec

from trustgen.core import Direction, Estimate, InputError, Outcome
from trustgen.stats.intervals import LEVEL
from trustgen.stats.multiplicity import holm
from trustgen.store import RunFolder, RunManifest, Sealed, TaskEntry

from .against import Baselines, Held, Measured
from .compare import known_model
from .policy import On, Policy, Rule, read_policy
from .reading import card_of, dimension_of
from .sealed import breaches, differs, known_head, unsealed
from .words import beside, between, number

SLACK = 1e-12
"""What a number may miss its bound by: rounding, not evidence."""


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """One demand of one rule on one estimate, or on the run as a whole (rule 0, no task).

    `seen` is the number that was held to `bound` and `by` says which it is. `skipped` is what a rule for every task
    meets in a task that does not apply to the model.
    """

    rule: int
    title: str
    model: str
    status: Literal["held", "failed", "skipped"]
    demand: str
    task: str = ""
    measure: str = ""
    seen: float = math.nan
    bound: float = math.nan
    by: str = ""
    reason: str = ""
    estimate: Estimate | None = None


class Gated(msgspec.Struct, frozen=True, kw_only=True):
    """What the gate found, model by model, rule by rule."""

    run: Path
    policy: Policy
    manifest: RunManifest
    models: tuple[str, ...]
    checks: tuple[Check, ...]
    sealed: Sealed = Sealed()

    @property
    def failed(self) -> tuple[Check, ...]:
        """The checks that failed."""
        return tuple(c for c in self.checks if c.status == "failed")

    @property
    def passed(self) -> bool:
        """Whether none did."""
        return not self.failed


def gate(folder: Path, policy: Path | Policy, models: Sequence[str] = (), *, seal: str = "") -> Gated:
    """Hold a run to a policy (or its file): all its models or those named, and to the head of its `seal` where one is
    noted.

    Numbers are counted from the run's own rows; nothing is asked. Raises `InputError` for a policy that cannot be used
    on this run: an unknown task, measure or model, a rule that matches nothing, a bound on the wrong side.
    """
    rules = read_policy(policy) if isinstance(policy, Path) else policy
    known_head(seal)
    baselines = Baselines(RunFolder.open(folder), rules.path.parent)
    manifest = baselines.run.manifest
    chosen = tuple(dict.fromkeys(models)) or manifest.models
    for model in chosen:
        known_model(folder, manifest.models, model)
    found = {(e.model, e.task, e.measure): e for e in baselines.run.again.estimates}
    checks: list[Check] = []
    for model in chosen:
        checks += _whole(model, folder, rules, baselines)
        checks += _seals(model, folder, rules, baselines, seal)
    for i, rule in enumerate(rules.rules, 1):
        where = f"policy `{rules.path}`, rule {i} ({rule.title})"
        matched = _matches(rule, baselines.run.read.tasks, found, where)
        family = _family(rule, chosen, matched, found, baselines, where)
        made = [c for m in chosen for c in _rule(i, rule, m, matched, found, baselines, where, family)]
        if all(c.status == "skipped" for c in made):
            raise InputError(f"{where} matches nothing that applies to {', '.join(chosen)}: name another task")
        checks += made
    checks.sort(key=lambda c: (chosen.index(c.model), c.rule))
    return Gated(
        run=folder, policy=rules, manifest=manifest, models=chosen, checks=tuple(checks), sealed=baselines.run.sealed
    )


def _runs(folder: Path, policy: Policy, baselines: Baselines) -> dict[str, Held]:
    """The run and the baselines, by what they are called."""
    named = {f"baseline `{r.baseline}`": baselines.of(r.baseline) for r in policy.rules if r.baseline}
    return {f"`{folder}`": baselines.run, **named}


def _whole(model: str, folder: Path, policy: Policy, baselines: Baselines) -> Iterator[Check]:
    """Whether the run, and each baseline that a rule names, is whole."""
    for name, held in _runs(folder, policy, baselines).items():
        its, partial_too = held.manifest, ", or partial" if policy.allow_partial else ""
        by = {"running": "under way or killed"}.get(its.status, str(its.status))
        why = f"{name} is not whole ({its.stopped or 'no reason was stored'}): resume it, or allow_partial"
        fault = "" if its.status == "finished" else why
        demand = f"{name} is finished{partial_too}"
        yield _of_run(model, "run is finished", demand, by, fault, forgiven=policy.allow_partial)
    doubts = [d.told for d in baselines.run.again.doubts if d.model == model]
    doubts += [
        f"baseline `{r.baseline}`: {d.told}"
        for r in policy.rules
        if r.baseline
        for d in baselines.of(r.baseline).again.doubts
    ]
    demand, by = "every stored number is what the rows give", f"{len(doubts):,} do not" if doubts else "counted anew"
    yield _of_run(model, "numbers follow from the rows", demand, by, doubts[0] if doubts else "")


def _of_run(model: str, title: str, demand: str, by: str, fault: str, *, forgiven: bool = False) -> Check:
    """A check of the run as a whole, which fails where there is a fault."""
    status: Literal["failed", "held"] = "failed" if fault and not forgiven else "held"
    return Check(rule=0, title=title, model=model, status=status, demand=demand, by=by, reason=fault)


def _seals(model: str, folder: Path, policy: Policy, baselines: Baselines, noted: str) -> Iterator[Check]:
    """Whether the run, and each baseline, is as it was sealed; and whether that is the seal which was noted."""
    for name, held in _runs(folder, policy, baselines).items():
        sealed = held.sealed
        faults = list(breaches(sealed))
        # A session under way is partial, which the check above says where the run itself does.
        if not (sealed.open and (policy.allow_partial or held.manifest.status == "running")):
            faults += filter(None, [unsealed(sealed)])
        fault = f"{name}: {faults[0]}" if faults else ""
        yield _of_run(model, "run is as it was sealed", f"{name} is as it was sealed", _seal(sealed), fault)
    if noted:
        why = differs(baselines.run.sealed, noted)
        yield _of_run(model, "run is the one noted", f"seal {noted}", _seal(baselines.run.sealed), why)


def _seal(sealed: Sealed) -> str:
    return f"seal {sealed.head}" if sealed.head else "no seal"


# ── what a rule is about ────────────────────────────────────────────────────────────────────────────────────────────

Found = dict[tuple[str, str, str], Estimate]
"""Estimates by model, task and measure."""
Family = dict[tuple[str, str, str], tuple[Measured, float, int]]
"""What stands beside the baseline, with its p adjusted among all that its rule speaks of, and how many they are."""


def _family(
    rule: Rule,
    models: Sequence[str],
    matched: Sequence[tuple[str, str]],
    found: Found,
    baselines: Baselines,
    where: str,
) -> Family:
    """Every estimate of a rule that compares by test, with Holm's adjusted p; nothing for other rules."""
    if not rule.not_shown_worse:
        return {}
    absent = baselines.run.again.absent
    keys = [(m, *one) for m in models for one in matched if (m, *one) in found and one[0] not in absent]
    measured = [baselines.measured(rule, found[key], where) for key in keys]
    adjusted = holm([one.p for one in measured]).tolist() if measured else []
    return {key: (one, p, len(keys)) for key, one, p in zip(keys, measured, adjusted, strict=True)}


def _matches(rule: Rule, entries: Sequence[TaskEntry], found: Found, where: str) -> list[tuple[str, str]]:
    """The tasks and measures that a rule speaks of; a measure is "" where no model has numbers of the task."""
    known = [entry.id for entry in entries]
    if rule.dimension:
        rooms = {entry.id: dimension_of(entry, card_of(entry)) for entry in entries}
        tasks = [task for task in known if rooms[task] == rule.dimension]
        if not tasks:
            raise InputError(f"{where}: unknown dimension `{rule.dimension}`: {_near(rule.dimension, rooms.values())}")
    elif rule.wide:
        tasks = known
    elif rule.task in known:
        tasks = [rule.task]
    else:
        raise InputError(f"{where}: unknown task `{rule.task}`: {_near(rule.task, known)}")
    measures = {t: list(dict.fromkeys(m for _, task, m in found if task == t)) for t in tasks}
    heads = {e.task: e.measure for e in found.values() if e.headline}
    if not rule.measure:
        return [(t, heads.get(t, "")) for t in tasks]
    having = [(t, rule.measure) for t in tasks if rule.measure in measures[t]]
    if not having:
        listed = dict.fromkeys(m for names in measures.values() for m in names)
        raise InputError(f"{where} matches nothing: unknown measure `{rule.measure}`: {_near(rule.measure, listed)}")
    return having


def _near(name: str, known: object) -> str:
    names = list(dict.fromkeys(known))  # type: ignore[call-overload]
    near = difflib.get_close_matches(name, names, n=2, cutoff=0.5)
    near += [k for k in names if k.rsplit(".", 1)[-1] == name and k not in near]
    return f"did you mean {' or '.join(f'`{n}`' for n in near)}?" if near else f"the run has {', '.join(names)}"


# ── one rule ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _rule(
    place: int,
    rule: Rule,
    model: str,
    matched: Sequence[tuple[str, str]],
    found: Found,
    baselines: Baselines,
    where: str,
    family: Family,
) -> Iterator[Check]:
    for task, measure in matched:
        e = found.get((model, task, measure))
        check = partial(Check, rule=place, title=rule.title, model=model, task=task, measure=measure, estimate=e)
        if e is None:
            level = baselines.run.manifest.lacking.get((task, model))
            why = f"not applicable: the model lacks the level {level}" if level else "the run has no such number"
            yield check(status="skipped" if rule.wide and level else "failed", demand="a number", reason=why)
        elif (absent := baselines.run.again.absent.get(task)) is not None:
            demand = "a number that follows from the rows"
            yield check(status="failed", demand=demand, reason=f"it cannot be counted: {absent}")
        else:
            tested = [_tested(*family[model, task, measure], e)] if family else []
            for demand, seen, bound, by, reason in (*_demands(rule, e, baselines, where), *tested):
                about = partial(check, demand=demand, seen=seen, bound=bound, by=by, reason=reason)
                yield about(status="failed" if reason else "held")


Demand = tuple[str, float, float, str, str]
"""What is demanded, the number seen, its bound, which number that is, and why it fails ("" where it does not)."""


def _demands(rule: Rule, e: Estimate, baselines: Baselines, where: str) -> Iterator[Demand]:
    if rule.min is not None:
        if e.direction == Direction.LOWER:
            raise InputError(f"{where}: min on `{e.measure}` of {e.task}, of which less is better: write max")
        yield _bounded(e, "min", rule.min, *least(e, rule.on))
    if rule.max is not None:
        if e.direction == Direction.HIGHER:
            raise InputError(f"{where}: max on `{e.measure}` of {e.task}, of which more is better: write min")
        yield _bounded(e, "max", rule.max, *most(e, rule.on))
    if rule.coverage_min is not None:
        yield _covered(e, rule.coverage_min)
    if rule.judge:
        reason = "" if e.judge_error else "the judge is uncalibrated: measure it with `trustgen judges test`"
        by = f"on {e.judge_error.rows:,} labelled replies" if e.judge_error else ""
        yield "judge calibrated", math.nan, math.nan, by, reason
    if rule.not_worse_by is not None:
        yield _not_worse(rule, e, baselines.measured(rule, e, where), rule.not_worse_by)


def least(e: Estimate, on: On) -> tuple[float, str]:
    """The number that a `min` is held against, and which it is; `nan` where one it needs is missing."""
    ends = {"95 % limit": e.low, "joint limit": e.joint[0]} | _corrected(e, 0)
    return _end(e, on, ends, low=True)


def most(e: Estimate, on: On) -> tuple[float, str]:
    """The number that a `max` is held against, and which it is."""
    ends = {"95 % limit": e.high, "joint limit": e.joint[1]} | _corrected(e, 1)
    return _end(e, on, ends, low=False)


def _corrected(e: Estimate, place: int) -> dict[str, float]:
    """The lower or upper limit of the corrected value and what is missing; none where there is no correction."""
    error = e.judge_error
    limit = math.nan if error is None else error.corrected[1 + place]
    if error is not None and not math.isnan(error.joint[place]):
        limit = error.joint[place]
    return {} if math.isnan(limit) else {"corrected limit": limit}


def _end(e: Estimate, on: On, ends: dict[str, float], *, low: bool) -> tuple[float, str]:
    if on == "value" or math.isnan(e.value):
        return e.value, "value"
    if on == "limit":
        return ends["95 % limit"], "95 % limit"
    for by, end in ends.items():
        if math.isnan(end):
            return end, by
    by = min(ends, key=lambda name: ends[name] if low else -ends[name])
    return ends[by], by


def _bounded(e: Estimate, side: Literal["min", "max"], bound: float, seen: float, by: str) -> Demand:
    sign = "≥" if side == "min" else "≤"
    demand = f"{sign} {bound:g}"
    if math.isnan(seen):
        return demand, seen, bound, by, _no_value(e) if math.isnan(e.value) else _no_bound(e, by)
    held = seen >= bound - SLACK if side == "min" else seen <= bound + SLACK
    less = "below" if side == "min" else "above"
    return demand, seen, bound, by, "" if held else f"{by} {beside(seen, bound, e.range)} is {less} {bound:g}"


def _no_value(e: Estimate) -> str:
    ended = ", ".join(f"{n:,} {outcome}" for outcome, n in e.outcomes.items() if n)
    return f"no value: {e.method} ({ended or 'nothing planned'})"


def _no_bound(e: Estimate, by: str) -> str:
    return (
        f'no {by} is known while some are missing ({e.counted:,} of {e.planned:,} {e.unit} counted): use on = "limit"'
    )


def _covered(e: Estimate, bound: float) -> Demand:
    scored = e.outcomes.get(Outcome.SCORED, 0)
    share = scored / e.planned if e.planned else math.nan
    held = share >= bound - SLACK  # nan compares false
    text = f"{scored:,} of {e.planned:,} planned were scored"
    return f"scored share ≥ {bound:g}", share, bound, text, "" if held else f"{text}, below {bound:g}"


def _not_worse(rule: Rule, e: Estimate, against: Measured, margin: float) -> Demand:
    bound = margin * (e.range[1] - e.range[0])
    loss, by = against.loss(rule.on)
    by = f"{by}, {against.method}"
    demand = f"worse than {against.name} by ≤ {number(bound, e.range)}"
    if math.isnan(loss):
        return demand, loss, bound, by, "no value to compare"
    if loss <= bound + SLACK:
        return demand, loss, bound, by, ""
    why = f"could be worse by {beside(loss, bound, e.range)} ({by})"
    why += ", though every verdict is what it was there" if against.same else ""
    if needed := against.enough(bound):
        why += f"; an equal model passes in four of five with about {needed:,} {e.unit}, not {e.counted:,}"
    return demand, loss, bound, by, why


def _tested(against: Measured, p: float, tests: int, e: Estimate) -> Demand:
    """Whether the run is shown to be worse, at 1 − `LEVEL` over all tests of the rule."""
    bound, demand = 1 - LEVEL, f"not shown worse than {against.name}"
    by = f"p {p:.3g} among {tests:,} tests (Holm), {against.method}"
    if against.same:
        return demand, 1.0, bound, f"every verdict is what it was there, {against.method}", ""
    if math.isnan(against.difference):
        return demand, math.nan, bound, by, "no value to compare"
    if not (p <= bound and against.worse):
        return demand, p, bound, by, ""
    ends = between(against.low, against.high, (-math.inf, math.inf))
    return demand, p, bound, by, f"worse than there: {number(against.difference, e.range)} {ends}, {by}"
