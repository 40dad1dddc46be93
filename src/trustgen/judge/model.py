"""Judges that ask a model: one, or a panel of several, by a rubric.

Every vote is asked at temperature 0 with the JSON schema of the rubric, at most `TRIES` times. A judge that refuses,
rambles, breaks off or leaves the vocabulary has not voted. Fewer votes than the least (by default more than half of
those planned), or no majority among them, leave the response to the next rung; in the end it is `unparsed`, inside what
was planned, and no guess.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cached_property

import msgspec

from trustgen.core import (
    Bound,
    Case,
    InputError,
    Judge,
    Kit,
    Outcome,
    Response,
    Ruling,
    Sampling,
    Turn,
    Unusable,
    Vote,
    assistant,
    user,
)

from .answered import read
from .families import family
from .key import key_of
from .rubric import PROMPTS, Rubric

TRIES = 2
SAMPLING = Sampling(temperature=0.0, max_tokens=400)


class Judging(Judge):
    """A rubric put to one or more bound models. `asks` tells the engine that it waits for them."""

    asks = True

    def __init__(self, rubric: Rubric, members: Sequence[Bound], *, repeats: int = 1, least: int | None = None) -> None:
        planned = len(members) * repeats
        self.least = planned // 2 + 1 if least is None else least
        if not members or repeats < 1 or not 1 <= self.least <= planned:
            raise InputError(
                f"a judge by `{rubric.name}` with {len(members)} members, {repeats} repeats and at least {self.least} "
                "votes cannot decide"
            )
        self.rubric = rubric
        self.members = tuple(members)
        self.repeats = repeats
        self.rung = "model" if len(members) == 1 else "panel"
        self.name = rubric.name
        self.reads = rubric.name

    @cached_property
    def key(self) -> str:
        """The hash of the rubric, of who is asked how often, and of how an answer is read."""
        uris = sorted(member.uri for member in self.members)
        return key_of(type(self), self.rubric.key, uris, self.repeats, self.least)

    def __call__(self, case: Case, response: Response) -> Ruling:
        """Gather the votes and rule; nobody is asked about a reply that says nothing."""
        if response.replies and (why := response.replies[-1].silence):
            return Ruling(Outcome.UNPARSED, reason=why)
        asked = [self._vote(member, turn, case, response) for member in self.members for turn in range(self.repeats)]
        votes = tuple(vote for vote, _ in asked)
        cast = Counter(vote.label for vote in votes if vote.label)
        if sum(cast.values()) < self.least:
            faults = "; ".join(f"{vote.by}: {vote.reason}" for vote in votes if not vote.label)
            why = f"{sum(cast.values())} of {len(votes)} votes could be read ({faults})"
            lost = any(failed for _, failed in asked)  # the machinery's fault: judged again when the run goes on
            return self._undecided(why, votes, Outcome.ERROR if lost else Outcome.UNPARSED)
        label, most = cast.most_common(1)[0]
        if 2 * most <= sum(cast.values()):
            said = ", ".join(f"{count} × {name}" for name, count in sorted(cast.items()))
            return self._undecided(f"no majority: {said}", votes)
        reason = next(vote.reason for vote in votes if vote.label == label)
        made = self.rubric.ruling(label, reason, self.rung)
        return Ruling(made.outcome, made.score, made.label, made.reason, self.rung, votes=votes)

    def _undecided(self, reason: str, votes: tuple[Vote, ...], outcome: Outcome = Outcome.UNPARSED) -> Ruling:
        return Ruling(outcome, reason=reason[:400], rung=self.rung, votes=votes)

    def _vote(self, member: Bound, turn: int, case: Case, response: Response) -> tuple[Vote, bool]:
        """One vote, and whether none could be had because the call failed.

        Every second repeat names the verdicts backwards: a liking for the first or the last cancels.
        """
        backwards = turn % 2 == 1
        by = f"{member.role}{f' ({turn + 1})' if self.repeats > 1 else ''}"
        asked = self.rubric.ask(case, response, backwards=backwards)
        sampling = msgspec.structs.replace(SAMPLING, seed=turn, schema=self.rubric.schema())
        turns: tuple[Turn, ...] = (asked,)
        fault = ""
        for _ in range(TRIES):
            try:
                reply = member.ask(*turns, sampling=sampling)
            except Unusable as error:
                return Vote(by, reason=str(error)[:200]), True
            found = read(reply.text, self.rubric.verdicts)
            if found.verdict:
                value = self.rubric.front.verdicts[found.verdict]
                return Vote(
                    by, found.verdict, None if isinstance(value, str) else float(value), found.said[:300]
                ), False
            fault = "the reply was cut off" if reply.finish == "length" else found.said
            # Only the start of what it said goes back: a judge that was talked into rambling should not read it all.
            turns = (asked, assistant(reply.text[:500] or "(nothing)"), user(PROMPTS.again(fault=fault)))
        return Vote(by, reason=fault[:200]), False

    def __repr__(self) -> str:
        return f"<judge {self.rung} {self.name} {self.key[:8]}>"


def judged(kit: Kit, rubric: Rubric, *, repeats: int = 1, need: str = "") -> Judging | None:
    """The models bound as `judge`, `judge.2` … by a rubric; None where none is bound.

    Several make a panel, which must be of different families: copies of one model share its errors. `need` names what
    cannot do without a judge: then an unbound role raises `InputError`.
    """
    if need:
        kit.need("judge", need)
    members = [bound for role, bound in sorted(kit.roles.items()) if role == "judge" or role.startswith("judge.")]
    if not members:
        return None
    alike = Counter(family(bound.uri) for bound in members)
    for kin, count in alike.items():
        if count > 1:
            raise InputError(
                f"{count} judges are of one family (`{kin}`): a panel needs models of different families; drop a --role"
            )
    return Judging(rubric, members, repeats=repeats)
