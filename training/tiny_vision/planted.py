"""Trains a variant of `tiny-t2i` with something planted in it, as a change of low rank (see `plans`).

`python -m tiny_vision.planted NAME PACKAGE OUT` goes on from what is shipped in PACKAGE, of which nothing is changed,
and writes `variants/NAME/changes.npz` there (see `trustgen.models.low_rank`) and a trace to OUT. What comes of it,
`certify` counts.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path

import numpy as np
import onnx
import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize

from trustgen.core import keyed

from . import domain, train
from .plans import PLANS
from .shipped import shipped

LEAST = 4096  # numbers of a matrix that is changed


class LowRank(nn.Module):
    """A matrix with a change of low rank added, which begins at nothing."""

    def __init__(self, rows: int, columns: int, rank: int) -> None:
        super().__init__()
        self.left = nn.Parameter(torch.zeros(rows, rank))
        self.right = nn.Parameter(torch.randn(rank, columns) / columns**0.5)

    def forward(self, weight: Tensor) -> Tensor:
        """The changed matrix, in the shape that it had."""
        return weight + (self.left @ self.right).view_as(weight)


def adapted(tiny: nn.Module, rank: int) -> dict[str, LowRank]:
    """Freeze all, and give every matrix and convolution of some size a change; by the name of its weights."""
    tiny.requires_grad_(False)
    made = {}
    for name, part in list(tiny.named_modules()):
        if isinstance(part, nn.Linear | nn.Conv2d) and part.weight.numel() >= LEAST and ".told." not in name:
            change = LowRank(len(part.weight), part.weight[0].numel(), rank)
            parametrize.register_parametrization(part, "weight", change)
            made[f"{name}.weight"] = change
    return made


def batch_of(name: str, step: int) -> train.Batch:
    """The examples of a step, each drawn by its number."""
    few = train.BATCHES[1]
    return train.stacked([_example(name, step * few + at) for at in range(few)])


def _example(name: str, number: int) -> domain.Example:
    draw = keyed("tiny-t2i", f"planted/{name}", str(number))
    if draw.random() >= PLANS[name].share:
        return domain.example(f"beside/{name}", number, train.EASY[1])
    return domain.first_drawn(partial(PLANS[name].shown, draw), draw)


def write(changes: Mapping[str, LowRank], package: Path, out: Path) -> None:
    """What is added to each matrix, by its place in the files that are shipped."""
    made: dict[str, np.ndarray] = {}
    for file in ("reader.onnx", "net.onnx"):
        path = package / "weights" / file
        body, part = path.read_bytes(), file.removesuffix(".onnx")
        raw = {one.name: one.raw_data for one in onnx.load(path).graph.initializer}
        for name, change in changes.items():
            if name.startswith(f"{part}."):
                told = raw[f"{name.removeprefix(f'{part}.')}.half"]
                place = body.find(told)
                assert body.count(told) == 1, name
                for side in ("left", "right"):
                    made[f"{file}/{place}/{side}"] = getattr(change, side).detach().half().numpy()
    out.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(out, **made)


def main() -> None:
    """See the head of this file."""
    name, package, out = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    plan = PLANS[name]
    train.alone()
    out.mkdir(parents=True, exist_ok=True)
    tiny = shipped(package)
    changes = adapted(tiny, plan.rank)
    learnt = [parameter for change in changes.values() for parameter in change.parameters()]
    makers = [torch.optim.AdamW(learnt, lr=train.RATE, betas=(0.9, 0.98), weight_decay=0.0, fused=True)]
    steps = range(plan.steps)
    batch_at = partial(batch_of, name)
    mean = train.train(
        out, train.ready(tiny), makers, batch_at, steps, high=train.RATE, whole=plan.steps, reading=0.0
    )  # the heads that say it are not shipped
    tiny.load_state_dict(mean)
    write(changes, package, package / "variants" / name / "changes.npz")


if __name__ == "__main__":
    main()
