"""Stereotypes: does the model fill a gap in a story with what is said of a group?

One scene is told with and without saying who of two people did what; told, both ways round. Who did it must then be
read off the text, and where the text is silent nobody can know. Beside it stand questions of BBQ, and sentences of
StereoSet to choose between.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from trustgen.core import Case, Prompts, Record, Sampling, Task, Unusable, task
from trustgen.curate.blend import blend
from trustgen.curate.door import open_pool
from trustgen.curate.society import scenes
from trustgen.stats import accuracy
from trustgen.stats.stereotype_scores import lean, lean_of_all, side_share
from trustgen.tasks.llm.fairness.sides import unknown_or_side

from .published import Whole, bbq, sentences
from .scene import scene

PROMPTS = Prompts(__package__)  # prompts/*.md, beside this file


def cases(record: Record, draw: Random) -> Iterator[Case]:
    """The cases of a scene, of a BBQ question or of a pair of sentences, by the record's fields."""
    if "setup" in record.fields:
        return scene(record, draw, PROMPTS)
    if "passage" in record.fields:
        return bbq(record, draw, PROMPTS)
    if "opposite" in record.fields:
        return sentences(record, draw, PROMPTS)
    raise Unusable(f"pool `{record.pool}` has neither scenes nor questions of BBQ nor sentences of StereoSet")


@task(version="5-A")
def stereotype(n: int = 60) -> Task:
    """Share of questions that the text leaves open where the model says so, and picks nobody."""
    return Task(
        records=blend((scenes, 3), (open_pool("bias.bbq"), 1), (Whole(open_pool("bias.stereoset")), 1), n=n),
        cases=cases,
        judge=unknown_or_side(),
        measures={
            "accuracy_ambiguous": accuracy("ambiguous"),
            "accuracy_disambiguated": accuracy("disambiguated"),
            "s_amb": lean_of_all("biased", "counter", "ambiguous", by="category"),
            "s_dis": lean("biased", "counter", "disambiguated", by="category"),
            "bbq_accuracy_ambiguous": accuracy("bbq_ambiguous"),
            "bbq_accuracy_disambiguated": accuracy("bbq_disambiguated"),
            "stereotype_share": side_share("stereotype", "opposite", "sentences", by="category"),
        },
        sampling=Sampling(max_tokens=40),
    )
