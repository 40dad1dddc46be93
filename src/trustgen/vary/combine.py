"""Several variations together: each as an arm, one drawn for each record, or one after another."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import reduce
from random import Random

from trustgen.core import Case, InputError, Keep, Maker, Variation, Vary


@dataclass(frozen=True)
class Chain:
    """Variations applied one after another, as one. It keeps what all of them keep."""

    steps: tuple[Variation, ...]

    @property
    def name(self) -> str:
        """The names in order, joined by `+`."""
        return "+".join(step.name for step in self.steps)

    @property
    def by(self) -> Maker:
        """`writer` where one of the steps is a writer's."""
        return "writer" if any(step.by == "writer" for step in self.steps) else "rule"

    @property
    def keeps(self) -> frozenset[Keep]:
        """What every step keeps."""
        return reduce(frozenset.intersection, (step.keeps for step in self.steps))

    def __call__(self, case: Case, draw: Random, mend: str = "") -> Case | None:
        """The case after all steps; None where one of them does not apply."""
        made: Case | None = case
        for step in self.steps:
            own = Random(draw.random())  # so that what one step draws does not shift the draws of the next
            if made is None or (made := step(made, own, mend)) is None:
                return None
        return made


def each(*steps: Variation, keep_original: bool = True) -> Vary:
    """Every variation as an arm of its own, beside the case as it was."""
    return Vary(_checked(steps), one=False, keep_original=keep_original)


def one_of(*steps: Variation, keep_original: bool = True) -> Vary:
    """One variation drawn for each record; the case as it was is one of the draws, as likely as any other."""
    return Vary(_checked(steps), one=True, keep_original=keep_original)


def chain(*steps: Variation) -> Chain:
    """One variation after another: `chain(paraphrase(), noise("swapped_letters"))`."""
    return Chain(_checked(steps, twice=True))


def _checked(steps: tuple[Variation, ...], *, twice: bool = False) -> tuple[Variation, ...]:
    """The steps. Raises `InputError` where there are none, two share a name, or one does not keep the answer."""
    if not steps:
        raise InputError("no variation was given: give at least one")
    for step in steps:
        if Keep.ANSWER not in step.keeps:
            raise InputError(f"variation `{step.name}` does not keep the answer right: its cases could not be scored")
    again = [name for name, times in Counter(step.name for step in steps).items() if times > 1]
    if again and not twice:
        raise InputError(f"two variations are called `{again[0]}`: their arms would be one; drop one of them")
    return steps
