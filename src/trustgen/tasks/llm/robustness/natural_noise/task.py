"""Natural noise: does the answer survive the way people really type?

Every question is asked cleanly and once under every kind of noise, so a model is compared with itself: a question that
it cannot answer cleanly says nothing about noise.
"""

from __future__ import annotations

from trustgen.core import BARE, Kit, Sampling, Task, Variation, task
from trustgen.craft import in_writers_words
from trustgen.curate import pool
from trustgen.judge import judged, ladder, matches, rubric
from trustgen.stats import accuracy, flip_rate, mend_rate
from trustgen.tasks.wording import FACTS, NOUNS, plain
from trustgen.vary import NOISES, each, noise

STRENGTH = 0.3  # share of the open words that a noise strikes
ADDED = ("emoji", "social_tags", "distractor", "hesitation")
LAYOUT = ("punctuation", "whitespace", "run_together", "lower_case", "upper_case", "inserted_space", "spaced_capitals")
WORDS = ("language_blend", "word_order", "rare_words", "sounds_alike", "contractions")
SPELLING = tuple(kind for kind in NOISES if kind not in (*ADDED, *LAYOUT, *WORDS))
FAMILIES = {
    family: tuple(noise(kind, STRENGTH) for kind in kinds)
    for family, kinds in {"spelling": SPELLING, "layout": LAYOUT, "words": WORDS, "added": ADDED}.items()
}
EVERY = tuple(step for steps in FAMILIES.values() for step in steps)


def _arms(steps: tuple[Variation, ...]) -> tuple[str, ...]:
    return tuple(step.name for step in steps)


@task(version="4-A")
def natural_noise(n: int = 15, kit: Kit = BARE) -> Task:
    """Share of right answers that turn wrong under natural noise."""
    return Task(
        records=pool(FACTS, n=n),
        cases=in_writers_words(plain, kit),
        vary=each(*EVERY),
        judge=ladder(matches(*NOUNS), judged(kit, rubric("answer"))),
        measures={
            "flip_rate": flip_rate(control="plain", arms=_arms(EVERY)),
            "mend_rate": mend_rate(control="plain", arms=_arms(EVERY)),
            "accuracy": accuracy("plain"),
            **{f"flip_rate_{f}": flip_rate(control="plain", arms=_arms(steps)) for f, steps in FAMILIES.items()},
        },
        sampling=Sampling(max_tokens=48),
    )
