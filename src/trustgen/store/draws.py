"""Asking every case several times: each draw is a planned case of its own, in the cluster of its record.

At a temperature above 0 one reply is one draw of many. A draw has an id, a tag `draw` and a seed of its own, so that
keys keep draws apart, a resume knows each, and no measure takes two draws for two records.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import msgspec

from trustgen.core import Case, Sampling, digest

from .edition import Edition

TAG = "draw"
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(dict[str, str]).decode


def draw_id(case: str, draw: int) -> str:
    """The id of a draw of a case; the first draw is the case itself."""
    return digest(case, TAG, draw) if draw else case


def sampled(case: Case, sampling: Sampling) -> Sampling:
    """The sampling for one draw of a case, its own or else its task's: another draw, another seed."""
    sampling = case.sampling or sampling
    draw = int(case.tags.get(TAG, "0"))
    return msgspec.structs.replace(sampling, seed=(sampling.seed or 0) + draw) if draw else sampling


class Drawn(Edition):
    """An edition, every case of which is asked `draws` times. On disk it is the edition that it was made from."""

    def __init__(self, edition: Edition, draws: int) -> None:
        tasks = tuple(
            msgspec.structs.replace(task, arms={arm: n * draws for arm, n in task.arms.items()})
            for task in edition.manifest.tasks
        )
        super().__init__(edition.folder, msgspec.structs.replace(edition.manifest, tasks=tasks))
        self.draws = draws

    def blocks(self) -> Iterator[tuple[Case, str]]:
        """Every draw of every case with its block; the draws of a case one after the other."""
        for case, block in super().blocks():
            yield case, block
            for draw in range(1, self.draws):
                tags = {**case.tags, TAG: str(draw)}
                yield msgspec.structs.replace(case, id=draw_id(case.id, draw), tags=tags), block

    def case_columns(self, *columns: str) -> Iterator[list[list[Any]]]:
        """Some columns of the cases, batch by batch for every draw."""
        for batch in super().case_columns(*columns):
            yield batch
            for draw in range(1, self.draws):
                yield [
                    [_made(name, value, draw) for value in column] if name in ("id", "tags") else column
                    for name, column in zip(columns, batch, strict=True)
                ]


@lru_cache(maxsize=4096)
def _tagged(tags: str, draw: int) -> str:
    return _encode(_decode(tags) | {TAG: str(draw)}).decode()


def _made(name: str, value: str, draw: int) -> str:
    return draw_id(value, draw) if name == "id" else _tagged(value, draw)


def drawn(edition: Edition, draws: int) -> Edition:
    """The edition with every case asked `draws` times; the edition itself for 1."""
    return edition if draws == 1 else Drawn(edition, draws)


__all__ = ["TAG", "Drawn", "draw_id", "drawn", "sampled"]
