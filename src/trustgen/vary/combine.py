"""Several variations together: each as an arm of its own."""

from __future__ import annotations

from collections import Counter

from trustgen.core import InputError, Keep, Variation, Vary


def each(*steps: Variation, keep_original: bool = True) -> Vary:
    """Every variation as an arm of its own, beside the case as it was."""
    return Vary(_checked(steps), keep_original=keep_original)


def _checked(steps: tuple[Variation, ...]) -> tuple[Variation, ...]:
    """The steps. Raises `InputError` where there are none, two share a name, or one does not keep the answer."""
    if not steps:
        raise InputError("no variation was given: give at least one")
    for step in steps:
        if Keep.ANSWER not in step.keeps:
            raise InputError(f"variation `{step.name}` does not keep the answer right: its cases could not be scored")
    again = [name for name, times in Counter(step.name for step in steps).items() if times > 1]
    if again:
        raise InputError(f"two variations are called `{again[0]}`: their arms would be one; drop one of them")
    return steps
