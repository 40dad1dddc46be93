"""Sampler sensitivity: how far does the picture move from its scene when it is sampled otherwise?

One prompt is drawn with one seed under a plain setting, and once more for every change of one thing: the sampler, the
steps, the guidance; and, to know what chance alone does, the seed.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import msgspec

from trustgen.core import BARE, Case, Drawing, Kit, Level, Record, Sampling, Task, task
from trustgen.curate import pool
from trustgen.judge import ladder
from trustgen.judge.looked import looked
from trustgen.judge.scenes import shows
from trustgen.stats import accuracy
from trustgen.stats.shifts import shift
from trustgen.tasks.t2i.drawn import described

PLAIN = Drawing(sampler="ddim", steps=20, guidance=3.0)
CHANGES = {
    "ddpm": Drawing(sampler="ddpm", steps=20, guidance=3.0),
    "dpm": Drawing(sampler="dpm", steps=20, guidance=3.0),
    "steps_5": Drawing(sampler="ddim", steps=5, guidance=3.0),
    "steps_50": Drawing(sampler="ddim", steps=50, guidance=3.0),
    "guidance_1": Drawing(sampler="ddim", steps=20, guidance=1.0),
    "guidance_8": Drawing(sampler="ddim", steps=20, guidance=8.0),
}
SEED = "seed"
SETTINGS = {
    "plain": Sampling(image=PLAIN),
    **{name: Sampling(image=drawing) for name, drawing in CHANGES.items()},
    SEED: Sampling(image=PLAIN, seed=1),
}


def cases(record: Record, draw: Random) -> Iterator[Case]:
    """One prompt under every setting."""
    (case,) = described(record, draw)
    for arm, sampling in SETTINGS.items():
        yield msgspec.structs.replace(case, arm=arm, sampling=sampling)


@task(version="1-A")
def sampler_sensitivity(n: int = 20, kit: Kit = BARE) -> Task:
    """How far the strict share of a picture's facts moves when it is sampled otherwise."""
    return Task(
        records=pool("pictures.scenes", n=n),
        cases=cases,
        judge=ladder(shows(kit), looked(kit)),
        measures={
            "moved": shift("plain", apart=SEED),
            "drop": shift("plain", "drop", apart=SEED),
            "moved_seed": shift("plain", arm=SEED),
            **{f"moved_{name}": shift("plain", arm=name) for name in CHANGES},
            **{f"strict_{name}": accuracy(name) for name in ("plain", *CHANGES)},
        },
        sampling=SETTINGS["plain"],
        needs=frozenset({Level.IMAGE_OUT, Level.SAMPLER}),
    )
