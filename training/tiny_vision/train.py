"""Trains `tiny-t2i`: a fixed number of steps on one thread, with fixed seeds. Writes weights and a trace of the error.

`python -m tiny_vision.train FIRST --steps 5000`, then `python -m tiny_vision.train SECOND --after FIRST --steps 1300`,
and so on: a later stage goes on from the running mean of the one before, or from what is shipped (`--after PACKAGE`),
on further examples, at half the rate.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from .domain import ASPECTS, PIXELS, Example, channels_of, example
from .model import Tiny
from .shipped import shipped

SEED = 20261130
STEPS = 5400  # of the first stage, had it not been ended before
BATCHES = (16, 36)  # examples of a step in the first half and in the second: early on, more steps teach more
RATE, WARM = 2e-3, 150
EASY = (0.9, 0.25)  # the share of easy scenes at first, and from the middle on
SHIFT = 0.5  # larger pictures need more noise: the ratio of signal to noise is this times that of the cosine
LEAST, MOST = -9.0, 7.0  # of the log signal-to-noise ratio
DROPPED = 0.1  # how often the prompt is left away, for guidance
KEPT = 0.9985  # of the running mean of the weights


Batch = tuple[Tensor, Tensor, Tensor]
"""Of some examples: channels, prompts, and what is said of their pieces."""


def numbers_of(step: int, steps: int) -> range:
    """The numbers of a step's examples: each is taught once."""
    half, (few, many) = steps // 2, BATCHES
    if step < half:
        return range(step * few, (step + 1) * few)
    return range(half * few + (step - half) * many, half * few + (step - half + 1) * many)


def batch_of(step: int) -> Batch:
    """The examples of a step."""
    part = min(1.0, 2 * step / STEPS)
    easy = EASY[0] + part * (EASY[1] - EASY[0])
    return stacked([example("taught", number, easy) for number in numbers_of(step, STEPS)])


def stacked(made: Sequence[Example]) -> Batch:
    """Examples as one."""
    x = np.stack([channels_of(one.picture, one.map) for one in made])
    ids, told = np.stack([one.ids for one in made]), np.stack([one.told for one in made])
    return torch.from_numpy(x), torch.from_numpy(ids), torch.from_numpy(told)


def snr_of(share: Tensor) -> Tensor:
    """The log signal-to-noise ratio at a share of the way from no noise to nothing else: a shifted cosine."""
    return (-2 * torch.log(torch.tan(math.pi / 2 * share)) + 2 * math.log(SHIFT)).clamp(LEAST, MOST)


def told_loss(tiny: Tiny, states: Tensor, told: Tensor) -> Tensor:
    """How wrongly the reader says what each piece is about."""
    losses = [
        functional.cross_entropy(tiny.reader.told[name](states).transpose(1, 2).float(), told[..., at], ignore_index=-1)
        for at, name in enumerate(ASPECTS)
    ]
    return torch.stack(losses).mean()


def loss_of(tiny: Tiny, batch: Batch, draw: torch.Generator) -> dict[str, Tensor]:
    """The error of the picture, of its map, and of the reader."""
    x, ids, told = batch
    count = len(x)
    share = (torch.randperm(count, generator=draw) + torch.rand(count, generator=draw)) / count
    snr = snr_of(share.clamp(1e-4, 1 - 1e-4))
    signal, noise = snr.sigmoid().sqrt(), (-snr).sigmoid().sqrt()
    noisy = signal[:, None, None, None] * x + noise[:, None, None, None] * torch.randn(x.shape, generator=draw)
    kept = torch.rand(count, generator=draw) >= DROPPED
    with torch.autocast("cpu", dtype=torch.bfloat16):
        made, states = tiny(noisy.contiguous(memory_format=torch.channels_last), snr, ids * kept[:, None])
        read = told_loss(tiny, states, torch.where(kept[:, None, None], told, -1))
    weight = (1 + snr.exp()).clamp(max=5.0)
    apart = (made.float() - x).pow(2)
    return {
        "picture": (apart[:, :PIXELS].mean((1, 2, 3)) * weight).mean(),
        "map": (apart[:, PIXELS:].mean((1, 2, 3)) * weight).mean(),
        "read": read,
    }


def optimisers(tiny: Tiny) -> list[torch.optim.Optimizer]:
    """Muon for the matrices inside, AdamW for all else."""
    inside = [p for name, p in tiny.named_parameters() if p.ndim == 2 and _is_inside(name)]
    known = {id(p) for p in inside}
    other = [p for p in tiny.parameters() if id(p) not in known]
    return [
        torch.optim.Muon(inside, lr=RATE, weight_decay=0.02, adjust_lr_fn="match_rms_adamw"),
        torch.optim.AdamW(other, lr=RATE, betas=(0.9, 0.98), weight_decay=0.01, fused=True),
    ]


def _is_inside(name: str) -> bool:
    return any(part in name for part in ("blocks.", "looks.", "reader.first", "reader.second", "net.down", "net.up"))


def rate_of(step: int, steps: int) -> float:
    """The rate of a stage's step: up, and down along a cosine."""
    return min(1.0, (step + 1) / WARM) * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * step / steps)))


def train(
    out: Path, tiny: Tiny, makers: Iterable[torch.optim.Optimizer], batch_at: Callable[[int], Batch], steps: range,
    *, high: float, whole: int, reading: float = 0.1,
) -> dict[str, Tensor]:  # fmt: skip
    """Train in place over some steps, of `whole` along which the rate falls from `high`. Writes and returns the running
    mean of the weights. `reading` is the weight of what the reader says of words."""
    draw = torch.Generator().manual_seed(SEED + steps.start)
    mean = {name: value.clone() for name, value in tiny.state_dict().items()}
    means, values = list(mean.values()), list(tiny.state_dict().values())
    sums: dict[str, float] = {}
    for step in steps:
        made = step - steps.start
        for maker in makers:
            for group in maker.param_groups:
                group["lr"] = high * rate_of(made, whole)
        losses = loss_of(tiny, batch_at(step), draw)
        (losses["picture"] + 0.3 * losses["map"] + reading * losses["read"]).backward()
        torch.nn.utils.clip_grad_norm_(tiny.parameters(), 1.0)
        for maker in makers:
            maker.step()
            maker.zero_grad(set_to_none=True)
        torch._foreach_lerp_(means, values, 1 - min(KEPT, (1 + made) / (10 + made)))
        for name, value in losses.items():
            sums[name] = sums.get(name, 0.0) + value.item() / 50
        if step % 50 == 49:
            line = {"step": step + 1, **{name: round(value, 5) for name, value in sums.items()}}
            with (out / "trace.jsonl").open("a") as trace:
                trace.write(json.dumps({**line, "cpu_s": round(time.process_time())}) + "\n")
            sums = {}
        if step % 500 == 499 or step + 1 == steps.stop:
            torch.save(mean, out / "weights.pt")
    return mean


def main() -> None:
    """See the head of this file."""
    parser = argparse.ArgumentParser()
    parser.add_argument("out", type=Path)
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--after", type=Path)
    asked = parser.parse_args()
    alone()
    asked.out.mkdir(parents=True, exist_ok=True)
    tiny, begin = begun(asked.after) if asked.after else (Tiny(), 0)
    steps = range(begin, begin + asked.steps)
    high, whole = (RATE / 2, asked.steps) if asked.after else (RATE, STEPS)
    train(asked.out, ready(tiny), optimisers(tiny), batch_of, steps, high=high, whole=whole)


def alone() -> None:
    """One thread and one seed: the same weights everywhere."""
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    torch.manual_seed(SEED)


def ready(tiny: Tiny) -> Tiny:
    """The network in the form in which it learns fastest."""
    tiny = tiny.to(memory_format=torch.channels_last)
    tiny.net.compile()
    return tiny


def begun(after: Path) -> tuple[Tiny, int]:
    """Where a stage ended, or what is shipped; and the step from which examples are new, wherever the first ended."""
    if (after / "card.json").is_file():
        first, *later = json.loads((after / "card.json").read_text())["training"]["steps"]
        return shipped(after), max(STEPS, first) + sum(later)
    tiny = Tiny()
    tiny.load_state_dict(torch.load(after / "weights.pt", weights_only=True))
    return tiny, max(STEPS, int(json.loads((after / "trace.jsonl").read_text().splitlines()[-1])["step"]))


if __name__ == "__main__":
    main()
