"""Whether a picture shows the scene that was asked for: an answer to every atom of it, by measuring and by reading.

The score is the strict faithfulness, the share of atoms that are so. The label begins with `all so`, `some so`,
`none so` or `blank`, and goes on with the states of the atoms by skill, as `objects yyn, attributes yv`: y is so, n is
not, v hangs on what is not there. A picture in which some atom cannot be told has no score, and goes to the next rung.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isnan

import msgspec

from trustgen.core import Case, Kit, Outcome, Ruling
from trustgen.vision.atoms import Atom, atoms
from trustgen.vision.faith import Answer, faith, states
from trustgen.vision.measure import measure
from trustgen.vision.render import Pixels
from trustgen.vision.scene import Scene
from trustgen.vision.seen import Seen, answered

from .gate import BLANK, PictureJudge
from .reading import unparsed
from .written import written

ALL, SOME, NONE = "all so", "some so", "none so"
_MARKS = {"yes": "y", "no": "n", "void": "v", "unparsed": "u"}

decode = msgspec.json.Decoder(Scene).decode


class SceneJudge(PictureJudge):
    """See `shows`."""

    name = "scene"

    def look(self, case: Case, pixels: Pixels) -> Ruling:
        """Measure the picture, and hold the atoms of the case's scene against it."""
        seen = measure(pixels)
        if seen.refused:
            return msgspec.structs.replace(unparsed(f"not measured: {seen.refused}"), rung="measurement")
        made = atoms(decode(case.expect.answer))
        answers, why = _with_words(made, seen, pixels)
        return ruled(made, answers, "measurement", why or "something unknown is in it, or two things are nearly level")

    def blank(self, case: Case) -> Ruling:
        """A picture of nothing: the model failed to draw, so nothing of it is so."""
        made = atoms(decode(case.expect.answer))
        return ruled(made, dict.fromkeys((atom.id for atom in made), "no"), "gate", "")


def _with_words(made: Sequence[Atom], seen: Seen, pixels: Pixels) -> tuple[Mapping[str, Answer], str]:
    """An answer to every atom, with those about what is written; and why one of these has none."""
    answers = answered(made, seen)
    for atom in (one for one in made if one.kind == "text"):
        if answers[atom.parents[0]] != "yes":
            continue
        found = written(pixels, seen.word)
        if not found.word:
            return answers, found.reason
        answers[atom.id] = "yes" if found.word == atom.value else "no"
    return answers, ""


def ruled(made: Sequence[Atom], answers: Mapping[str, Answer], rung: str, why: str) -> Ruling:
    """The ruling on the answers to a scene's atoms; `why` is what to say where some have none."""
    found = faith(made, answers)
    told = spelt(made, answers)
    if isnan(found.strict):
        low, high = found.strict_bounds
        reason = f"{told}: strict between {low:.2f} and {high:.2f}; {why}"
        return Ruling(Outcome.UNPARSED, reason=reason[:400], rung=rung)
    head = BLANK if rung == "gate" else ALL if found.all_true else SOME if found.strict else NONE
    held = states(made, answers)
    wrong = [_named(atom) for atom in made if held[atom.id] == "no"]
    reason = f"not so: {'; '.join(wrong)}" if wrong else ""
    return Ruling(Outcome.SCORED, found.strict, f"{head}, {told}", reason[:400], rung)


def _named(atom: Atom) -> str:
    return atom.id if atom.kind == "relation" else f"{atom.id} {atom.value}".strip()


def spelt(made: Sequence[Atom], answers: Mapping[str, Answer]) -> str:
    """The states of the atoms, in a letter each, by skill."""
    found: dict[str, str] = {}
    for atom, state in zip(made, states(made, answers).values(), strict=True):
        found[atom.skill] = found.get(atom.skill, "") + _MARKS[state]
    return ", ".join(f"{skill} {marks}" for skill, marks in found.items())


def shows(kit: Kit) -> SceneJudge:
    """Whether the first picture of the last reply shows the scene that `Expect.answer` is, as JSON.

    Score: strict faithfulness, 0 to 1, over the atoms of the scene; void ones are in the denominator. A picture that
    is no few things on a plain ground is left to the next rung.
    """
    return SceneJudge(kit)


__all__ = ["ALL", "NONE", "SOME", "SceneJudge", "ruled", "shows", "spelt"]
