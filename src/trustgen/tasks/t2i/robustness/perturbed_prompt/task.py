"""Perturbed prompt: how far does the picture move from its scene when the prompt is mistyped?

A scene is asked for in clean words, and in eight ways in which people type and scan. Each picture is held against the
scene, and each mistyped one against the clean one of its own scene: gains do not make up for losses.
"""

from __future__ import annotations

from trustgen.core import BARE, Kit, Level, Task, task
from trustgen.curate import pool
from trustgen.judge import ladder
from trustgen.judge.looked import looked
from trustgen.judge.scenes import shows
from trustgen.stats import accuracy
from trustgen.stats.shifts import shift
from trustgen.tasks.t2i.drawn import PICTURE, described
from trustgen.vary import each, noise

STRENGTH = 0.3  # share of the open words that a noise strikes
KINDS = """
    missing_letter wrong_letter repeated_letter swapped_letters scanned punctuation whitespace hesitation
"""
NOISES = {kind: noise(kind, STRENGTH) for kind in KINDS.split()}


@task(version="1-A")
def perturbed_prompt(n: int = 20, kit: Kit = BARE) -> Task:
    """How far the strict share of a picture's facts moves when its prompt is mistyped."""
    return Task(
        records=pool("pictures.scenes", n=n),
        cases=described,
        vary=each(*NOISES.values()),
        judge=ladder(shows(kit), looked(kit)),
        measures={
            "moved": shift("plain"),
            "drop": shift("plain", "drop"),
            "worse": shift("plain", "worse"),
            "strict_plain": accuracy("plain"),
            **{f"moved_{kind}": shift("plain", arm=step.name) for kind, step in NOISES.items()},
        },
        sampling=PICTURE,
        needs=frozenset({Level.IMAGE_OUT}),
    )
