"""What a run would cost: counted where it can be, bounded where it cannot.

Calls are counted. Prompts are known to the letter, so their tokens are bounded by what a token may hold; replies are
bounded by what the task allows. What a judge is asked depends on replies nobody has seen, so it is bounded by none and
all. Calls that fail and are tried again come on top.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import msgspec

from trustgen.core import Case, Drawing, Level, Model, Response, Sampling, Task, Text, Turn, named, system
from trustgen.judge.model import SAMPLING, TRIES, Judging
from trustgen.models import open_model
from trustgen.models.calls import manual
from trustgen.store import Edition, Spent, TaskEntry, drawn

from .budget import Price
from .judge import tasks_of
from .seeds import before
from .settings import Settings
from .trial import Trial, chosen, opening, trial
from .worth import Compared, Worth, looks_at, tests_of, worth

Span = tuple[float, float]

CHARACTERS_A_TOKEN = (2.5, 5.0)
"""English prose takes 4 to 5 characters a token in current tokenisers, names and other scripts fewer."""
IMAGE_TOKENS = (85, 1_600)
"""Providers count an image as anything between these, by size and detail."""
TURN_TOKENS = (3, 40)  # that a chat template adds to a message
ANSWER_TOKENS = 1_000  # that a world says after one reply, at most; the desk says less
LEAST_REPLY = 1  # token of the shortest reply: a letter; the longest is the task's `max_tokens`
AGAIN = 500  # prompt tokens, at most, that asking a judge a second time adds to the first
WAIT, SPEED = (0.1, 3.0), (200.0, 15.0)
"""Seconds before the first token of a reply, and tokens a second from then on: fast and slow endpoints, as assumed."""
SIMULATED = (0.0, 0.02)
"""Seconds that a simulated model takes."""
START = 8
"""Calls at once with which an adaptive run begins (see `gate`)."""


class TaskPlan(Worth, frozen=True, kw_only=True):
    """One task of one model: what it takes, what that is worth, and how many records are `held` (None without end)."""

    task: str
    headline: str
    clusters: int
    cases: int
    calls: int
    least_calls: int
    prompt_tokens: tuple[int, int]
    completion_tokens: tuple[int, int]
    usd: Span | None
    held: int | None


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """One model's share. Pairs are (least, most); `calls` is the most without a failure, `least_calls` the least.

    `role` is "" for a model under test. `price` and `usd` are None where nobody knows the price. `seconds` is the time
    of the model's own calls, `latency` that of one call. `before` are pictures that questions to the model itself take.
    """

    model: str
    role: str = ""
    cases: int
    calls: int
    least_calls: int
    prompt_tokens: tuple[int, int]
    completion_tokens: tuple[int, int]
    price: Price | None
    usd: Span | None
    seconds: Span
    latency: Span
    at_once: tuple[int, int]
    trial: Trial | None = None
    before: int = 0
    tasks: list[TaskPlan]


class Bounds(NamedTuple):
    """Calls of a task, at least and at most, and spans of the tokens sent and got back."""

    least: int
    most: int
    prompt: Span
    completion: Span
    images: tuple[int, int] = (0, 0)


@dataclass
class Load:
    """What some cases send: bounds on the tokens of texts, and how often an earlier reply is sent along.

    `further` are calls that come only where a game goes on, with the most that they send.
    """

    calls: int = 0
    least: float = 0.0
    most: float = 0.0
    past: int = 0
    longest: int = 0  # calls of the longest conversation
    further: int = 0
    further_most: float = 0.0
    further_past: int = 0

    @property
    def most_calls(self) -> int:
        """Calls where every game goes on to its bound."""
        return self.calls + self.further

    def add(self, case: Case) -> None:
        """Count a case: every call sends the conversation so far again, replies included."""
        before = self.most_calls
        least, most = tokens_of(system(manual(case.play.tools))) if case.play and case.play.tools else (0.0, 0.0)
        replies = 0
        for turn, due in case.script():
            low, high = tokens_of(turn)
            least, most = least + low, most + high
            if due:
                self.calls += 1
                self.least += least
                self.most += most
                self.past += replies
                replies += 1
                least, most = least + TURN_TOKENS[0], most + TURN_TOKENS[1]
        for _ in range(case.play.steps - 1 if case.play else 0):
            most += TURN_TOKENS[1] + ANSWER_TOKENS
            self.further += 1
            self.further_most += most
            self.further_past += replies
            replies += 1
            most += TURN_TOKENS[1]
        self.longest = max(self.longest, self.most_calls - before)

    def prompt(self, place: Span, reply: Span) -> Span:
        """Tokens sent, with texts between `place` of their bounds and replies of `reply` tokens."""
        low, high = (
            self.least + p * (self.most - self.least) + self.past * r for p, r in zip(place, reply, strict=True)
        )
        return low, high + self.further_most + self.further_past * reply[1]


@dataclass
class Count:
    """One task as an edition has it: everything, and the clusters before the first look of an early stop."""

    task: Task
    most_reply: int
    held: int | None
    """Records that there are; None without end."""
    clusters: dict[str, None] = field(default_factory=dict)
    counted: set[str] = field(default_factory=set)
    """Clusters with a case that the headline reads."""
    cases: int = 0
    all: Load = field(default_factory=Load)
    first: Load = field(default_factory=Load)
    judging: dict[str, list[tuple[int, float]]] = field(default_factory=dict)
    """By judging role: calls and prompt tokens, at most."""


def tokens_of(turn: Turn) -> Span:
    """The least and the most prompt tokens of one message."""
    text = sum(len(p.text) for p in turn.parts if isinstance(p, Text))
    images = sum(not isinstance(p, Text) for p in turn.parts)
    return (
        text / CHARACTERS_A_TOKEN[1] + images * IMAGE_TOKENS[0] + TURN_TOKENS[0],
        text / CHARACTERS_A_TOKEN[0] + images * IMAGE_TOKENS[1] + TURN_TOKENS[1],
    )


def plan(
    edition: Edition,
    models: Sequence[str | Model],
    prices: Mapping[str, Price],
    *,
    roles: Mapping[str, str | Model] | None = None,
    settings: Settings | None = None,
    probe: bool = False,
    margins: Mapping[str, float] | None = None,
    detect: float | None = None,
) -> list[Plan]:
    """Cost every model on an edition, then the models that judge (`roles`, by role); nothing is asked.

    With `probe`, up to five real calls a model narrow the bounds; what they cost stands in `trial`. `prices` are by URI
    as given; `margins` by task, as shares of the headline's range; `detect` is a difference that two models are to
    show. A plan for one model reckons its differences as if it were compared with one other. Raises `InputError` where
    a model or a task cannot be used.
    """
    settings, roles = settings or Settings(), roles or {}
    bound = {role: open_model(m, settings.options) if isinstance(m, str) else m for role, m in roles.items()}
    edition = drawn(edition, settings.repeats)
    counts = _counts(edition, {role: model.uri for role, model in bound.items()}, settings.until_width)
    compared = Compared(tests_of(len(models), len(counts)), margins or {}, detect)
    opened = [open_model(m, settings.options) if isinstance(m, str) else m for m in models]
    found = []
    for model, given in zip(opened, models, strict=True):
        uri = given if isinstance(given, str) else model.uri
        tried = asyncio.run(_tried(model, edition, settings)) if probe else None
        price = prices.get(uri) or prices.get(model.uri)
        made = _of_model(model, uri, edition, counts, price, settings, tried, compared)
        found.append(msgspec.structs.replace(made, before=before(model, edition, settings.budget, settings.seed_probe)))
    for role, model in bound.items():
        price = prices.get(model.uri) or prices.get(model.at)
        found.append(_of_judge(role, model, counts, price, settings, compared))
    return found


async def _tried(model: Model, edition: Edition, settings: Settings) -> Trial:
    bounds = {}
    for case, sampling in chosen(edition, model):
        spans = [tokens_of(turn) for turn in opening(case, model, sampling).turns]
        bounds[case.id] = (sum(s[0] for s in spans), sum(s[1] for s in spans))
    try:
        return await trial(model, edition, bounds, settings.options.timeout)
    finally:
        await model.close()


def _counts(edition: Edition, roles: Mapping[str, str], width: float | None) -> dict[str, Count]:
    tasks = tasks_of(edition, named({**edition.manifest.makers, **roles}))
    counts = {
        e.id: Count(tasks[e.id], e.sampling.max_tokens, _held(e, tasks[e.id], edition)) for e in edition.manifest.tasks
    }
    sizes: dict[str, set[str]] = {name: set() for name in counts}
    for batch in edition.case_columns("task", "cluster"):
        for name, cluster in zip(*batch, strict=True):
            sizes[name].add(cluster)
    first = {name: looks_at(counts[name].task, len(seen))[0] if width else 0 for name, seen in sizes.items()}
    for case in edition.cases():
        count = counts[case.task]
        count.clusters.setdefault(case.cluster)
        count.cases += 1
        count.all.add(case)
        if len(count.clusters) <= first[case.task]:
            count.first.add(case)
        if count.task.measures[count.task.headline].arm in ("", case.arm):
            count.counted.add(case.cluster)
        for asked in count.task.judge.asking(case.arm):
            _judged(count, asked, case)
    return counts


def _held(entry: TaskEntry, task: Task, edition: Edition) -> int | None:
    """How many records the pool of a task holds: its own, or the one that stood in its place."""
    if entry.pool == task.records.pool:
        return task.records.size
    rows = edition.manifest.pools.get(entry.pool, {}).get("rows")
    return rows if isinstance(rows, int) else None


# ── who is asked ────────────────────────────────────────────────────────────────────────────────────────────────────


def _of_model(
    model: Model,
    uri: str,
    edition: Edition,
    counts: Mapping[str, Count],
    price: Price | None,
    settings: Settings,
    tried: Trial | None,
    compared: Compared,
) -> Plan:
    at_once = _at_once(model, settings)
    parts, times, latencies = [], [], []
    for entry in edition.manifest.tasks:
        if entry.lacks(model):
            continue
        count = counts[entry.id]
        reply = _reply(_most(model, int(count.most_reply)), tried)
        latency = tried.seconds if tried and tried.seconds else _latency(reply, simulated=model.simulated)
        least = count.first if settings.until_width else count.all
        place = (tried and tried.place) or (0.0, 1.0)
        prompt = least.prompt(place, reply)[0], count.all.prompt(place, reply)[1]
        completion = least.calls * reply[0], count.all.most_calls * reply[1]
        images = (least.calls * _images(entry), count.all.most_calls * _images(entry))
        spent = Bounds(least.calls, count.all.most_calls, prompt, completion, images)
        parts.append(_task(count, spent, price, settings.until_width, compared))
        slowest = max(count.all.most_calls / at_once[0], count.all.longest) * latency[1]
        times.append((least.calls * latency[0] / at_once[1], slowest))
        latencies.append(latency)
    return _plan(uri, "", parts, price, times, latencies, at_once, tried)


def _of_judge(
    role: str,
    model: Model,
    counts: Mapping[str, Count],
    price: Price | None,
    settings: Settings,
    compared: Compared,
) -> Plan:
    at_once = _at_once(model, settings)
    most = _most(model, SAMPLING.max_tokens)
    latency = _latency((LEAST_REPLY, most), simulated=model.simulated)
    parts, times = [], []
    for count in counts.values():
        if not (asked := count.judging.get(role)):
            continue
        calls = sum(n for n, _ in asked)
        prompt, completion = (0.0, sum(t for _, t in asked)), (0.0, float(calls * most))
        spent = Bounds(0, calls, prompt, completion)
        parts.append(_task(count, spent, price, settings.until_width, compared))
        times.append((0.0, calls * latency[1] / at_once[0]))
    return _plan(model.uri, role, parts, price, times, [latency], at_once, None)


def _plan(
    uri: str,
    role: str,
    parts: list[TaskPlan],
    price: Price | None,
    times: list[Span],
    latencies: list[Span],
    at_once: tuple[int, int],
    tried: Trial | None,
) -> Plan:
    return Plan(
        model=uri,
        role=role,
        cases=sum(p.cases for p in parts),
        calls=sum(p.calls for p in parts),
        least_calls=sum(p.least_calls for p in parts),
        prompt_tokens=(sum(p.prompt_tokens[0] for p in parts), sum(p.prompt_tokens[1] for p in parts)),
        completion_tokens=(sum(p.completion_tokens[0] for p in parts), sum(p.completion_tokens[1] for p in parts)),
        price=price,
        usd=(sum(p.usd[0] for p in parts if p.usd), sum(p.usd[1] for p in parts if p.usd)) if price else None,
        seconds=(sum(t[0] for t in times), sum(t[1] for t in times)),
        latency=(min((s[0] for s in latencies), default=0.0), max((s[1] for s in latencies), default=0.0)),
        at_once=at_once,
        trial=tried,
        tasks=parts,
    )


def _task(count: Count, spent: Bounds, price: Price | None, width: float | None, compared: Compared) -> TaskPlan:
    sent, said = ((math.floor(span[0]), math.ceil(span[1])) for span in (spent.prompt, spent.completion))
    ends = [Spent(0, sent[end], said[end], images=spent.images[end]) for end in (0, 1)]
    return TaskPlan(
        task=count.task.id,
        headline=count.task.headline,
        clusters=len(count.clusters),
        cases=count.cases,
        calls=spent.most,
        least_calls=spent.least,
        prompt_tokens=sent,
        completion_tokens=said,
        usd=(price.of(ends[0]), price.of(ends[1])) if price else None,
        held=count.held,
        **msgspec.structs.asdict(worth(count.task, len(count.clusters), len(count.counted), width, compared)),
    )


def _images(entry: TaskEntry) -> int:
    """Pictures that one call makes."""
    return (entry.sampling.image or Drawing()).count if Level.IMAGE_OUT in entry.needs else 0


def _at_once(model: Model, settings: Settings) -> tuple[int, int]:
    """Calls at once, at least and at most. One that begins carefully and is held back by its endpoint has fewer."""
    fixed = settings.concurrency
    return (fixed, fixed) if fixed else (min(START, model.slots), model.slots)


def _most(model: Model, cap: int) -> int:
    """The most tokens of a reply where a task caps answers so, with the room that this model has for thoughts."""
    asked = model.manner.over(Sampling(max_tokens=cap))
    return asked.max_tokens + asked.thinking


def _reply(most: int, tried: Trial | None) -> Span:
    low, high = (tried and tried.reply) or (LEAST_REPLY, most)
    return max(LEAST_REPLY, min(low, most)), min(max(high, LEAST_REPLY), most)


def _latency(reply: Span, *, simulated: bool) -> Span:
    if simulated:
        return SIMULATED
    return WAIT[0] + reply[0] / SPEED[0], WAIT[1] + reply[1] / SPEED[1]


# ── judges ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _judged(count: Count, judging: Judging, case: Case) -> None:
    """Add what judging a case takes if its reply reaches the judge and is long, and every vote needs all tries."""
    shown = len(judging.rubric.prompt.slots & {"reply", "transcript"})
    asked = tokens_of(judging.rubric.ask(case, Response("", case.id, case.task, "", "answered")))[1]
    # Twice the reply: another tokeniser, and what is done to it so that it cannot give orders.
    once = asked + 2 * shown * case.calls * count.most_reply
    tokens = judging.repeats * (TRIES * once + (TRIES - 1) * AGAIN)
    for member in judging.members:
        count.judging.setdefault(member.role, []).append((judging.repeats * TRIES, tokens))
