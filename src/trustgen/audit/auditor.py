"""The audit of every case: cheap checks for all, heavier ones for what a writer worded or a variation changed."""

from __future__ import annotations

from collections.abc import Iterator

from trustgen.core import BARE, LETTERS, Case, Crafted, Keep, Kit, Record
from trustgen.text.injected import injected

from . import answers
from .checks import Duplicates, fault
from .contamination import NGrams, day, seen_before, too_old
from .near import Near
from .promises import figures_kept, options_kept, surroundings_kept, words_kept
from .readable import same_language, unreadable
from .vote import Vote
from .wording import NEAR, Absent, How, changed


class Auditor:
    """The check of one edition. Calling it says why a case cannot be used, whatever came before, and may be done in
    threads; `repeated` compares a case that passed with those before it, and must be asked in the edition's order.

    `kit` may bind a `judge`, which then votes on what the rules let pass. `against` holds n-grams of texts that a
    case must not come from; `after` is an ISO date that its record must be later than; `near` is the least cosine
    between a written text and what it was made from, 0 for none. Written cases need
    the extra `audit`: without it `MissingExtra`.
    """

    def __init__(self, kit: Kit = BARE, *, against: NGrams | None = None, after: str = "", near: float = NEAR) -> None:
        if after:
            day(after)  # a date that cannot be read is told before the build
        judge = kit.role("judge")
        self.vote = Vote(judge) if judge else None
        self._against, self._after, self._near = against, after, near
        self._asked, self._worded = Duplicates(), Near()

    def __call__(self, made: Crafted) -> str:
        """Why a case cannot be used, in a few words."""
        case = made.case
        reason = fault(case) or answers.options_fault(case)
        if not reason and self._after:
            reason = too_old(made.record, self._after)
        if not reason and self._against is not None:
            reason = seen_before(case, self._against)
        if not reason and (made.step is not None or _worded(made)):
            reason = self._changed(made)
        return reason

    def repeated(self, made: Crafted) -> str:
        """Why a case repeats an earlier one, exactly or nearly; "" and remembered when it does not."""
        same_as_base = made.base is not None and (made.case.arm, made.case.turns) == (made.base.arm, made.base.turns)
        reason = "" if same_as_base else self._asked(made.case)
        return reason or (self._worded(made.case, made.record, made.base) if _written(made) else "")

    def _changed(self, made: Crafted) -> str:
        if not _written(made):
            return next(filter(None, _by_rule(made)), "")
        before, after = _before(made), made.case.question or _all(made.case)
        reason = next(filter(None, _by_writer(made)), "")
        if reason or not before:
            return reason
        return self._reworded(made, before, after) or (
            self.vote(before, after) if self.vote and Keep.MEANING in _kept(made) else ""
        )

    def _reworded(self, made: Crafted, before: str, after: str) -> str:
        case, keeps = made.case, _kept(made)
        how: How = "free"
        if Keep.MEANING in keeps and Keep.LANGUAGE in keeps:
            how = "claimed" if _reshaped(case, made.base) else "asked"
        facts = answers.known(made.record, made.base)
        return changed(
            before,
            after,
            how=how,
            absent=_absent(made, before),
            answers=facts.right + facts.wrong,
            held=case.expect.answer == "true",
            near=0.0 if case.expect.answer in answers.VERDICTS else self._near,
        )


def _by_rule(made: Crafted) -> Iterator[str]:
    """What is asked of a case that a tested rule varied: its promises, cheaply."""
    case, base, step = made.case, made.base, made.step
    if base is None or step is None:
        return
    if Keep.OPTIONS in step.keeps:
        yield options_kept(case, base)
    if Keep.ANSWER in step.keeps:
        facts = answers.known(made.record, base)
        yield answers.right_options(case, facts)
        yield answers.right_answer(case, facts)
        yield answers.claim_label(case, base, facts)
        yield answers.given_away(case, _all(base), answers.Known(facts.right))
        yield surroundings_kept(case, base)
    before, after = _pair(case, base)
    if Keep.WORDS in step.keeps:
        yield words_kept(before, after)
    elif Keep.MEANING in step.keeps:
        yield figures_kept(before, after)


def _by_writer(made: Crafted) -> Iterator[str]:
    """What is asked of a case that a model worded, cheapest first."""
    case, base, record = made.case, made.base, made.record
    keeps = _kept(made)
    facts = answers.known(record, base)
    before, after = _before(made), case.question or _all(case)
    made_of = base or made.template
    was = _all(made_of) if made_of is not None else ""
    yield injected(_all(case), was or before)
    yield unreadable(_fresh(made), was=was)
    yield unreadable(after, was=was)
    yield "is the same as what it was made from" if base is not None and case.turns == base.turns else ""
    yield same_language(after, before) if Keep.LANGUAGE in keeps else ""
    if Keep.OPTIONS in keeps and base is not None:
        yield options_kept(case, base)
    if Keep.ANSWER in keeps:
        yield answers.right_options(case, facts)
        yield answers.right_answer(case, facts)
        yield answers.claim_label(case, base, facts)
        yield answers.given_away(case, answers.asked_text(base).text if base is not None else before, facts)
    if base is not None:
        yield surroundings_kept(case, base)
        yield words_kept(before, after) if Keep.WORDS in keeps else ""
    absent = _absent(made, before)
    if Keep.LANGUAGE in keeps and absent.words and (Keep.MEANING not in keeps or _reshaped(case, base) or not before):
        yield f"does not name `{absent.subject}`"
    if Keep.MEANING in keeps and Keep.LANGUAGE not in keeps and before:
        yield figures_kept(before, after)


def _kept(made: Crafted) -> frozenset[Keep]:
    """What a written case promises to keep: what its variation does, or all but the words."""
    return made.step.keeps if made.step else frozenset({Keep.ANSWER, Keep.MEANING, Keep.LANGUAGE})


def _absent(made: Crafted, before: str) -> Absent:
    """What of the record's subject the case does not name."""
    named = "" if before == answers.words_of(made.record) else before
    return answers.subject_lost(made.record, named, _all(made.case))


def _pair(case: Case, base: Case) -> tuple[str, str]:
    """What was varied and what became of it: the bare questions where both are marked, else the texts."""
    if base.question and case.question:
        return base.question, case.question
    return _without_options(base), _without_options(case)


def _without_options(case: Case) -> str:
    text = _all(case)
    for letter, option in zip(LETTERS, case.expect.options, strict=False):
        text = text.replace(f"{letter}) {option}\n", "").replace(f"{letter}) {option}", "")
    return text


_CLAIMED = frozenset({"true", "false"})


def _reshaped(case: Case, base: Case | None) -> bool:
    """Whether a question became a claim or a claim a question, which say different things of the same fact."""
    return base is not None and (case.expect.answer in _CLAIMED) != (base.expect.answer in _CLAIMED)


def _written(made: Crafted) -> bool:
    """Whether a writer had a hand in the case as it is."""
    return made.by == "writer" or (made.step is not None and made.step.by == "writer")


def _worded(made: Crafted) -> bool:
    return made.base is None and made.by == "writer"


def _before(made: Crafted) -> str:
    """What was reworded: the base's question, else the record's own question, else its own words."""
    if made.base is not None:
        return _pair(made.case, made.base)[0]
    if made.template is not None:
        return made.template.question or _all(made.template)
    return _template(made.record) or answers.words_of(made.record)


def _template(record: Record) -> str:
    told = record.fields.get("template") or record.fields.get("question")
    return told if isinstance(told, str) else ""


def _fresh(made: Crafted) -> str:
    """The lines and sentences of the case that its base has not."""
    text = _all(made.case)
    if made.base is None:
        return text
    old = _all(made.base)
    if text == old:
        return ""
    lines = [line for line in text.split("\n") if line.strip() and line not in old]
    return "\n".join(lines)


def _all(case: Case) -> str:
    return "\n".join(turn.text for turn in case.turns)
