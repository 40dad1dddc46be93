"""Trains `tiny-vlm`: a fixed number of steps on one thread, with fixed seeds. Writes weights and a trace of the error.

`python -m tiny_vlm.train FIRST`, then `python -m tiny_vlm.train SECOND --after FIRST`: the second, short stage goes on
from the running mean of the first on further examples, of which some show nothing but grey. The error of an answer is
shared over the root of its length, so that a caption does not outweigh a yes or no; and the rate falls along a cosine
to the end of a stage.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from .domain import CELLS, SIDE, Example, example
from .model import Tiny

SEED = 20261201
STEPS = (13_500, 600)
"""Of the two stages."""
BLIND = 0.06  # of the second stage's pictures are grey
BATCH = 32
RATE, WARM = (2e-3, 5e-4), 150
GROUNDED = 0.4  # the weight of what is said of the cells
NOISY, NOISE = 0.4, 0.24  # how often pixels are noisy, and how much at most, where white is 1 and black -1
KEPT = 0.998  # of the running mean of the weights

Batch = dict[str, Tensor]


def batch_of(step: int, stage: int) -> Batch:
    """The examples of a step of a stage: each number is taught once."""
    first, part, blind = (0, step / STEPS[0], 0.0) if stage == 0 else (STEPS[0], 1.0, BLIND)
    return stacked([example("taught", (first + step) * BATCH + at, part, blind) for at in range(BATCH)])


def stacked(made: list[Example]) -> Batch:
    """Examples as one."""
    return {name: torch.from_numpy(np.stack([getattr(one, name) for one in made])) for name in Example._fields}


def noisy(pictures: Tensor, draw: torch.Generator) -> Tensor:
    """Pictures from -1 to 1, batch × 3 × side × side, some of them with noise."""
    x = pictures.permute(0, 3, 1, 2).float() / 127.5 - 1
    some = (torch.rand(len(x), generator=draw) < NOISY) * torch.rand(len(x), generator=draw) * NOISE
    noise = torch.randn((len(x), 3, SIDE, SIDE), generator=draw)
    return (x + some[:, None, None, None] * noise).contiguous(memory_format=torch.channels_last)


def losses_of(tiny: Any, batch: Batch, draw: torch.Generator) -> dict[str, Tensor]:
    """The error of the answers, a question's the mean over the root of its pieces; and that of the cells."""
    x = noisy(batch["picture"], draw)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        scores, cells = tiny(x, batch["ids"], batch["places"], batch["parts"])
    return {"answers": answer_loss(scores.float(), batch), "cells": cell_loss(cells, batch["map"])}


def answer_loss(scores: Tensor, batch: Batch) -> Tensor:
    """The mean over all questions of what their answers' pieces cost, each shared over the root of how many there are.

    `scores` is batch × pieces × words.
    """
    apart = functional.cross_entropy(scores.flatten(0, 1), batch["targets"].flatten(), reduction="none")
    return (apart * batch["weights"].flatten()).sum() / batch["parts"].amax(1).sum()


def cell_loss(cells: list[Tensor], known: Tensor) -> Tensor:
    """How wrongly the cells are named: what is there weighs as much as where nothing is."""
    kind, colour, size, middle = (one.float() for one in cells)
    there = known[..., 0] > 0
    weight = torch.where(there, 1.0, 0.25)
    wrong = (functional.cross_entropy(kind, known[..., 0], reduction="none") * weight).sum() / weight.sum()
    count = CELLS * CELLS * len(known)
    rest = functional.cross_entropy(colour, known[..., 1], ignore_index=-1, reduction="sum")
    rest = rest + functional.cross_entropy(size, known[..., 2], ignore_index=-1, reduction="sum")
    named = (known[..., 1] >= 0).sum().clamp(min=1)
    return wrong + 0.5 * rest / named + 4 * functional.cross_entropy(middle, known[..., 3], reduction="sum") / count


def optimisers(tiny: Tiny) -> list[torch.optim.Optimizer]:
    """Muon for the matrices inside, AdamW for all else."""
    inside = [p for name, p in tiny.named_parameters() if p.ndim == 2 and ("layers." in name or name.startswith("enc"))]
    known = {id(p) for p in inside}
    other = [p for p in tiny.parameters() if id(p) not in known]
    return [
        torch.optim.Muon(inside, lr=RATE[0], weight_decay=0.02, adjust_lr_fn="match_rms_adamw"),
        torch.optim.AdamW(other, lr=RATE[0], betas=(0.9, 0.98), weight_decay=0.01, fused=True),
    ]


def rate_of(step: int, steps: int) -> float:
    """Up, and down along a cosine."""
    return min(1.0, (step + 1) / WARM) * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * step / steps)))


def train(out: Path, tiny: Tiny, stage: int, until: int) -> dict[str, Tensor]:
    """Train in place for the first `until` steps of a stage. Writes and returns the running mean of the weights."""
    draw, makers = torch.Generator().manual_seed(SEED + stage), optimisers(tiny)
    mean = {name: value.clone() for name, value in tiny.state_dict().items()}
    means, values = list(mean.values()), list(tiny.state_dict().values())
    sums: dict[str, float] = {}
    for step in range(until):
        for maker in makers:
            for group in maker.param_groups:
                group["lr"] = RATE[stage] * rate_of(step, STEPS[stage])
        losses = losses_of(tiny, batch_of(step, stage), draw)
        (losses["answers"] + GROUNDED * losses["cells"]).backward()
        torch.nn.utils.clip_grad_norm_(tiny.parameters(), 1.0)
        for maker in makers:
            maker.step()
            maker.zero_grad(set_to_none=True)
        torch._foreach_lerp_(means, values, 1 - min(KEPT, (1 + step) / (10 + step)))
        for name, value in losses.items():
            sums[name] = sums.get(name, 0.0) + value.item() / 10
        if step % 10 == 9:
            line = {"step": step + 1, **{name: round(value, 5) for name, value in sums.items()}}
            with (out / "trace.jsonl").open("a") as trace:
                trace.write(json.dumps({**line, "cpu_s": round(time.process_time())}) + "\n")
            sums = {}
        if step % 250 == 249 or step + 1 == until:
            torch.save(mean, out / "weights.pt")
    return mean


def alone() -> None:
    """One thread and one seed: the same weights everywhere."""
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    torch.manual_seed(SEED)


def main() -> None:
    """See the head of this file."""
    parser = argparse.ArgumentParser()
    parser.add_argument("out", type=Path)
    parser.add_argument("--after", type=Path, help="the folder of the first stage, for the second")
    parser.add_argument("--until", type=int, default=0, help="stop after so many steps")
    asked = parser.parse_args()
    alone()
    asked.out.mkdir(parents=True, exist_ok=True)
    tiny, stage = Tiny(), int(asked.after is not None)
    if stage:
        tiny.load_state_dict(torch.load(asked.after / "weights.pt", weights_only=True))
    tiny = tiny.to(memory_format=torch.channels_last)
    tiny.compile()
    train(asked.out, tiny, stage, asked.until or STEPS[stage])


if __name__ == "__main__":
    main()
