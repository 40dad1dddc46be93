"""From one record to its cases: built, varied, checked, and tried again where a check says no."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from .draw import keyed
from .errors import InputError, MissingExtra, Unusable
from .ids import digest
from .making import TRIES, Check, Crafted, Drafted, Lost, Maker, Variation, no_check
from .records import Case, Expect, Record
from .task import Task


def crafted(made: Task, record: Record, salt: str, check: Check = no_check) -> Iterator[Crafted]:
    """Every case of one record, rejected attempts included. Draws are keyed by the record, so its arms share them.

    A record that cannot be used (a field is missing, a role gave nothing usable) yields one rejected, empty case.
    """
    try:
        for base in _built(made, record, salt, check):
            if base.reason or made.vary is None:
                yield base
                continue
            if made.vary.keep_original:
                yield base
            for step in made.vary.steps:
                yield from _stepped(made, step, base, salt, check)
    except MissingExtra:  # nothing that another record would have: the build ends with the command that installs it
        raise
    except (Unusable, InputError) as error:
        yield Crafted(Case("", made.id, "", (), Expect(), (record.id,)), record, reason=str(error))


def _built(made: Task, record: Record, salt: str, check: Check) -> Iterator[Crafted]:
    """The cases of the builder. Where a `writer` words them, a rejected one has the record built anew."""
    by: Maker = getattr(made.cases, "by", "rule")
    tries = TRIES if by == "writer" else 1
    mend = ""
    for attempt in range(tries):
        draw = keyed(salt, made.id, record.id, *_again(attempt))
        more = (mend,) if tries > 1 else ()
        built: Iterable[Case | Drafted | Lost] = made.cases(record, draw, *more)
        found = [_first(made, record, item, attempt, by, check) for item in built]
        mend = "; ".join(dict.fromkeys(c.reason for c in found if c.reason))
        if not mend or attempt == tries - 1:
            yield from found
            return
        yield from (c._replace(final=False) for c in found if c.reason)


def _first(made: Task, record: Record, item: Case | Drafted | Lost, attempt: int, by: Maker, check: Check) -> Crafted:
    """What a builder yielded, sealed and checked; what a role did not give is rejected with its reason."""
    if isinstance(item, Lost):
        nothing = Case("", made.id, item.arm, (), Expect(), (record.id,))
        return Crafted(nothing, record, attempt=attempt, reason=item.reason, by="writer")
    draft = item if isinstance(item, Drafted) else Drafted(item, item)
    if not isinstance(draft.case.expect.answer, str):
        raise Unusable(f"record {record.id}: its answer is no text: {draft.case.expect.answer!r}")
    sealed = draft.case.sealed(made.id)
    return _checked(Crafted(sealed, record, attempt=attempt, by=by, template=_template(draft)), check)


def _template(draft: Drafted) -> Case | None:
    return None if draft.template is draft.case else draft.template


def _stepped(made: Task, step: Variation, base: Crafted, salt: str, check: Check) -> Iterator[Crafted]:
    """One variation of one case, at most `TRIES` times: another draw, and the reason told, may mend it."""
    arm = step.name if base.case.arm == "plain" else f"{base.case.arm}.{step.name}"
    mend, before = "", ""
    steps = (*base.case.steps, f"{step.name}:{step.by}")
    nothing = Crafted(
        replace(base.case, arm=arm, steps=steps, turns=()).sealed(made.id), base.record, base.case, step, by=step.by
    )
    for attempt in range(TRIES):
        try:
            varied = step(base.case, keyed(salt, "vary", step.name, base.record.id, *_again(attempt)), mend)
        except Unusable as error:
            yield nothing._replace(reason=str(error), attempt=attempt)
            return
        if varied is None:
            yield nothing._replace(reason=f"`{step.name}` does not apply", attempt=attempt, applies=False)
            return
        case = replace(varied, arm=arm, steps=steps).sealed(made.id)
        found = _checked(Crafted(case, base.record, base.case, step, attempt, by=step.by), check)
        last = not found.reason or attempt == TRIES - 1 or case.id == before
        yield found._replace(final=last)
        if last:
            return
        mend, before = found.reason, case.id


def _checked(made: Crafted, check: Check) -> Crafted:
    reason = check(made)
    return made._replace(reason=reason) if reason else made


def _again(attempt: int) -> tuple[str, ...]:
    return (str(attempt),) if attempt else ()


def expand(made: Task, record: Record, salt: str, check: Check = no_check) -> Iterator[Case]:
    """The usable cases of one record, varied and sealed."""
    return (found.case for found in crafted(made, record, salt, check) if not found.reason)


def golden_digest(made: Task, salt: str = "golden") -> str:
    """A hash over a task's cases under one salt and its judge: it changes when a prompt, a draw or a rule does."""
    cases: list[str] = []
    for record in made.records.select(salt):
        cases += (case.id for case in expand(made, record, salt))
    return digest(cases, made.judge.key, made.sampling)
