"""Scene graph: how much of a described scene is in the picture, fact by fact?

A scene is drawn as a graph of things, colours, counts, places, relations, a word and a background, put into words, and
the picture is asked about every fact of it. What is not there cannot be of the wrong colour: such facts are void.
"""

from __future__ import annotations

from trustgen.core import BARE, Kit, Level, Task, task
from trustgen.curate import pool
from trustgen.judge import ladder
from trustgen.judge.looked import looked
from trustgen.judge.scenes import shows
from trustgen.stats import accuracy
from trustgen.stats.faithful import all_true, atom_share, attempted, blank_share
from trustgen.tasks.t2i.drawn import PICTURE, described

SKILLS = ("objects", "counts", "attributes", "relations", "text")


@task(version="1-A")
def scene_graph(n: int = 60, kit: Kit = BARE) -> Task:
    """Share of the facts of a scene that its picture shows."""
    return Task(
        records=pool("pictures.scenes", n=n),
        cases=described,
        judge=ladder(shows(kit), looked(kit)),
        measures={
            "strict": accuracy(),
            "attempted": attempted(),
            "all_true": all_true(),
            **{skill: atom_share(skill) for skill in SKILLS},
            "blank": blank_share(),
        },
        sampling=PICTURE,
        needs=frozenset({Level.IMAGE_OUT}),
    )
