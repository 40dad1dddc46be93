"""Cases worth reading: for each task and model up to five faults, and one example of every outcome that is no score.

Which ones is decided by rule. First come cases whose record the model got right in another form, best of all in the
first arm, which is the plain one. Then cases without a right answer that were decided otherwise in another form, then
the lowest scores. Ties go by case id, a hash: chance that nobody can steer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from trustgen.core import OUTCOMES, Assets, Case, Expect, Outcome, Reply, Response, Text, Turn, Verdict
from trustgen.models.talk import Talk
from trustgen.stats.grades import Codes, Grades, Mask
from trustgen.stats.measure import RIGHT
from trustgen.stats.planned import Ids, Pair
from trustgen.store import Edition

from .reading import Graded, ReadRun
from .thumbnails import Thumbnail, thumbnails

Places = NDArray[np.intp]

FAULTS = 5
"""Faulty cases shown for each task and model, at most."""

_json = msgspec.json.Encoder().encode
TROUBLES = tuple(o for o in OUTCOMES if o not in (Outcome.SCORED, Outcome.SKIPPED))
"""Outcomes of which one example is shown; of a skipped case there is nothing to show."""


THOUGHT = "thought"
HEAD, TAIL = 6, 6  # messages shown of a conversation that is longer


@dataclass(frozen=True)
class Example:
    """One case as a reader needs it. `said` are the turns in order, the model's own as "reply" and `THOUGHT`."""

    kind: str  # `turned`, `wrong`, `differs`, or an outcome
    case: str
    arm: str
    said: tuple[tuple[str, str], ...]
    expected: str
    outcome: str
    score: float | None
    label: str
    reason: str
    beside_arm: str = ""  # the same record in another form, where that is what makes the case telling
    beside_reply: str = ""
    pictures: tuple[Thumbnail, ...] = ()  # that the case shows, and of the reply that was judged
    tags: Mapping[str, str] = field(default_factory=dict)


class Pick(NamedTuple):
    """A case that was chosen, by its id, and the one to set beside it."""

    kind: str
    case: str
    beside: str = ""


def pick(graded: Graded, undecided: Ids) -> list[Pick]:
    """The cases to show, best first; `undecided` names those without a right answer, where only a difference tells."""
    ids, g = graded.planned.ids, graded.grades
    known = ~np.isin(ids, undecided)
    right, wrong = known & g.scored & (g.score >= RIGHT), known & g.scored & (g.score < RIGHT)
    turned = wrong & (g.per_cluster(right) > 0)[g.cluster]
    differs = ~known & g.scored & (_labels(g, ~known) > 1)[g.cluster]
    control = (g.per_cluster(right & (g.arm == 0)) > 0)[g.cluster]  # the first arm is the plainest form of a record
    order = np.lexsort((ids, g.score, ~control))
    found = [
        Pick("turned", _id(ids, i), _id(ids, _plainest(g, right & _same(g, i)))) for i in _spread(g, order, turned)
    ]
    for i in _spread(g, order, differs):
        other = _plainest(g, ~known & g.scored & _same(g, i) & (g.label != g.label[i]))
        found.append(Pick("differs", _id(ids, i), _id(ids, other)))
    found += [Pick("wrong", _id(ids, i)) for i in _spread(g, order, wrong & ~turned)]
    del found[FAULTS:]
    for outcome in TROUBLES:
        if (ended := g.ended(outcome)).any():
            found.append(Pick(outcome.value, _id(ids, int(np.argmax(ended)))))
    return found


def _labels(g: Grades, mask: Mask) -> Codes:
    """How many different labels the scored cases of each cluster have, among those of a mask."""
    mask = mask & g.scored
    cells = np.unique(np.column_stack((g.cluster[mask], g.label[mask])), axis=0)
    return np.bincount(cells[:, 0], minlength=g.clusters).astype(np.int32)


def _same(g: Grades, at: int) -> Mask:
    mask: Mask = g.cluster == g.cluster[at]
    return mask


def _plainest(g: Grades, mask: Mask) -> int:
    """The masked case of the earliest arm; of several, the one with the lowest id."""
    places = np.flatnonzero(mask)
    return int(places[np.argmin(g.arm[places])])


def _id(ids: Ids, at: int) -> str:
    text: str = ids[at].decode()
    return text


def _spread(g: Grades, order: Places, mask: Mask) -> list[int]:
    """The first masked cases in an order, one of each record, at most `FAULTS`."""
    seen: dict[int, int] = {}
    for at in order[mask[order]]:
        seen.setdefault(int(g.cluster[at]), int(at))
        if len(seen) == FAULTS:
            break
    return list(seen.values())


def examples(run: ReadRun) -> dict[Pair, list[Example]]:
    """The examples of every pair: one pass each over cases, verdicts and responses, keeping only what was picked."""
    undecided = _undecided(run.edition)
    picks = {pair: pick(g, undecided) for pair, g in run.grades.items()}
    wanted = {(pair[1], case) for pair, chosen in picks.items() for p in chosen for case in (p.case, p.beside)}
    ids = {case for _, case in wanted}
    cases = {case.id: case for case in run.edition.cases() if case.id in ids}
    verdicts = {
        (v.model, v.case): v
        for v in run.folder.verdicts()
        if (v.model, v.case) in wanted and v.judge == run.manifest.judges.get(v.task)
    }
    keys = {v.response for v in verdicts.values()}
    responses = {r.key: r for r in run.folder.responses() if r.key in keys}
    assets = run.folder.assets()
    return {
        (task, model): [_read(p, model, cases, verdicts, responses, assets) for p in chosen]
        for (task, model), chosen in picks.items()
    }


def _undecided(edition: Edition) -> Ids:
    """The ids of the cases without a right answer: none is known, and nothing is known to be wrong."""
    decode = msgspec.json.Decoder(Expect).decode
    found = [np.empty(0, "S32")]
    for batch in edition.case_columns("id", "expect"):
        rows = zip(*batch, strict=True)
        expected = ((case_id, decode(expect)) for case_id, expect in rows)
        found.append(np.asarray([case_id for case_id, e in expected if not (e.answer or e.wrong)], "S32"))
    return np.concatenate(found)


def _read(
    chosen: Pick,
    model: str,
    cases: Mapping[str, Case],
    verdicts: Mapping[tuple[str, str], Verdict],
    responses: Mapping[str, Response],
    assets: Assets,
) -> Example:
    """A pick with its texts."""
    case, verdict = cases[chosen.case], verdicts[model, chosen.case]
    beside = cases.get(chosen.beside)
    other, given = verdicts.get((model, chosen.beside)), responses.get(verdict.response)
    return Example(
        kind=chosen.kind,
        case=case.id,
        arm=case.arm,
        said=_shortened(tuple(said(case, given))),
        expected=case.expect.best_reply,
        outcome=verdict.outcome.value,
        score=verdict.score,
        label=verdict.label,
        reason=verdict.reason,
        beside_arm=beside.arm if beside else "",
        beside_reply=_last(responses[other.response]) if other and other.response in responses else "",
        pictures=thumbnails((*case.images, *(given.images if given else ())), assets),
        tags=case.tags,
    )


def said(case: Case, response: Response | None) -> Iterator[tuple[str, str]]:
    """The conversation in order; a game is played again for what the world said."""
    talk, shown = Talk(case), 0
    for reply in response.replies if response else ():
        if not talk.due():
            break
        yield from ((turn.role, _text(turn)) for turn in talk.history[shown:])
        shown = len(talk.history) + 1
        talk.take(reply)
        if thoughts := reply.thoughts.strip():
            yield THOUGHT, thoughts
        yield "reply", _told(reply)
    yield from ((turn.role, _text(turn)) for turn in (*talk.history[shown:], *talk.ahead))


def _shortened(said: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    """A long conversation without its middle."""
    gone = len(said) - HEAD - TAIL
    return said if gone < 2 else (*said[:HEAD], ("…", f"{gone} messages are left out here"), *said[-TAIL:])


def _last(response: Response) -> str:
    return _told(response.replies[-1]) if response.replies else ""


def _told(reply: Reply) -> str:
    """A reply in words: its text, what pictures show, and what it called as a function."""
    calls = (f"{call.tool}({_json(call.arguments).decode()})" for call in reply.calls if call.tool not in reply.text)
    return "\n".join(filter(None, (reply.text, " ".join(map(str, reply.images)), *calls)))


def _text(turn: Turn) -> str:
    """A turn's parts in order; a picture is told in words."""
    return "".join(p.text if isinstance(p, Text) else f" {p}" for p in turn.parts).strip()
