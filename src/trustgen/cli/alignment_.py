"""`trustgen alignment`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from trustgen.core import InputError

from .options import asked_of, asking, common
from .saying import print_json, say_seals


@click.command("alignment")
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--clip", "folder", metavar="FOLDER", help="CLIPScore by the CLIP model that lies there.")
@click.option("--vqa", "uri", metavar="URI", help="VQAScore by a model that reads pictures and gives probabilities.")
@asking
@common
def command(run: Path, folder: str | None, uri: str | None, as_json: bool, **asked: Any) -> None:
    """Score the pictures of RUN by how alike a model takes them and their prompts to be: --clip or --vqa.

    Beside each score stands that of the same pictures with the prompts of other cases. Such a score is of the model
    that gives it: it is stored nowhere, and no number of the run is made of it. No model under test is asked; what
    --vqa was told is kept in the folder of the run, and not asked again.
    """
    from trustgen.models.clip import clip
    from trustgen.report import alignment, print_alignment, seal_lines
    from trustgen.run import vqa
    from trustgen.store import RunFolder

    from .progress import building_bar

    if (folder is None) == (uri is None):
        raise InputError("name what scores: --clip FOLDER of a CLIP model, or --vqa URI of one that reads pictures")
    seals = seal_lines([run])
    with building_bar("scoring", quiet=as_json) as (progress, _):
        if folder is not None:
            found = alignment(run, clip(folder), progress)
        else:
            told = asked_of((), (f"judge={uri}",), **asked)
            with vqa(told.roles["judge"].open(), RunFolder.open(run), told.settings) as scorer:
                found = alignment(run, scorer, progress)
    say_seals(seals, err=as_json)
    if as_json:
        print_json(found)
    else:
        print_alignment(found)
