"""The network: a reader of prompts, and a U-Net of cells whose depth is a transformer that looks at the prompt.

It tells the clean picture, with its map of what lies where, from a noisy one; it is trained with the weights that
telling the velocity would give. About 3 million numbers.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from .domain import ASPECTS, CELLS, CHANNELS, LONGEST, WORDS

READ, WIDE, DEEP = 128, 64, 192  # channels of the reader, of the cells, of the depth
LAYERS, BLOCKS = 3, 5
HEAD = 32


class Attention(nn.Module):
    """Of one row to another, or to itself."""

    def __init__(self, width: int, other: int) -> None:
        super().__init__()
        self.query, self.key = nn.Linear(width, width, bias=False), nn.Linear(other, width, bias=False)
        self.value, self.out = nn.Linear(other, width, bias=False), nn.Linear(width, width, bias=False)
        self.heads = width // HEAD

    def forward(self, x: Tensor, other: Tensor, mask: Tensor | None) -> Tensor:
        """`mask` is added to the scores: 0, or very negative where nobody looks."""
        query, key, value = (
            made.view(made.shape[0], made.shape[1], self.heads, HEAD).transpose(1, 2)
            for made in (self.query(x), self.key(other), self.value(other))
        )
        query, key = _even(query), _even(key)
        scores = (query * (8 / HEAD)) @ key.transpose(-1, -2)
        found = (scores if mask is None else scores + mask).softmax(-1).to(value.dtype) @ value
        return self.out(found.transpose(1, 2).reshape(x.shape))


def _even(x: Tensor) -> Tensor:
    return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-6)


class Reader(nn.Module):
    """A prompt to a state for each piece; `told` guesses what is said of each, which only training asks."""

    def __init__(self) -> None:
        super().__init__()
        self.words, self.places = nn.Embedding(len(WORDS), READ), nn.Parameter(torch.randn(LONGEST, READ) * 0.3)
        self.looks = nn.ModuleList(Attention(READ, READ) for _ in range(LAYERS))
        self.first = nn.ModuleList(nn.Linear(READ, 3 * READ) for _ in range(LAYERS))
        self.second = nn.ModuleList(nn.Linear(3 * READ, READ) for _ in range(LAYERS))
        self.told = nn.ModuleDict({name: nn.Linear(READ, len(values)) for name, values in ASPECTS.items()})

    def forward(self, ids: Tensor) -> tuple[Tensor, Tensor]:
        """The states, and the mask of what is there; of an empty row the first piece is looked at."""
        there = (ids > 0) | (torch.arange(ids.shape[1]) == 0)
        mask = torch.where(there, 0.0, -1e4)[:, None, None, :]
        x = self.words(ids) + self.places[: ids.shape[1]]
        for look, first, second in zip(self.looks, self.first, self.second, strict=True):
            even = _even(x)
            x = x + look(even, even, mask)
            x = x + second(functional.gelu(first(_even(x)), approximate="tanh"))
        return _even(x), mask


class Cells(nn.Module):
    """Two convolutions over the cells, scaled and shifted by the noise and the prompt."""

    def __init__(self, first: int, width: int) -> None:
        super().__init__()
        self.norm, self.again = nn.GroupNorm(8, first), nn.GroupNorm(8, width)
        self.one, self.two = nn.Conv2d(first, width, 3, padding=1), nn.Conv2d(width, width, 3, padding=1)
        self.bend = nn.Linear(DEEP, 2 * width)
        self.past = nn.Conv2d(first, width, 1) if first != width else nn.Identity()
        nn.init.zeros_(self.two.weight)

    def forward(self, x: Tensor, about: Tensor) -> Tensor:
        """Cells to cells."""
        made = self.one(functional.silu(self.norm(x)))
        scale, shift = self.bend(about)[:, :, None, None].chunk(2, dim=1)
        made = self.two(functional.silu(self.again(made) * (1 + scale) + shift))
        return self.past(x) + made


class Block(nn.Module):
    """Looks at the picture, at the prompt, and thinks."""

    def __init__(self) -> None:
        super().__init__()
        self.here, self.there = Attention(DEEP, DEEP), Attention(DEEP, READ)
        self.first, self.second = nn.Linear(DEEP, 3 * DEEP), nn.Linear(3 * DEEP, DEEP)
        self.own = nn.Parameter(torch.zeros(8, DEEP))
        for last in (self.here.out, self.there.out, self.second):
            nn.init.zeros_(last.weight)

    def forward(self, x: Tensor, states: Tensor, mask: Tensor, bent: Tensor) -> Tensor:
        """`bent` is scale and shift for each of the three steps, and two gates."""
        by = (bent + self.own)[:, :, None, :].unbind(1)
        even = _even(x) * (1 + by[0]) + by[1]
        x = x + (1 + by[6]) * self.here(even, even, None)
        x = x + self.there(_even(x) * (1 + by[2]) + by[3], states, mask)
        inner = self.first(_even(x) * (1 + by[4]) + by[5])
        return x + (1 + by[7]) * self.second(functional.gelu(inner, approximate="tanh"))


class Net(nn.Module):
    """A noisy picture, its log signal-to-noise ratio and a read prompt to the clean picture."""

    def __init__(self) -> None:
        super().__init__()
        self.noise = nn.Sequential(nn.Linear(32, DEEP), nn.SiLU(), nn.Linear(DEEP, DEEP))
        self.gist = nn.Linear(READ, DEEP)
        self.bent = nn.Linear(DEEP, 8 * DEEP)
        self.stem, self.fore = nn.Conv2d(CHANNELS, WIDE, 3, padding=1), Cells(WIDE, WIDE)
        self.down, self.up = nn.Linear(4 * WIDE, DEEP), nn.Linear(DEEP, 4 * WIDE)
        self.places = nn.Parameter(torch.randn((CELLS // 2) ** 2, DEEP) * 0.3)
        self.blocks = nn.ModuleList(Block() for _ in range(BLOCKS))
        self.join, self.last = Cells(2 * WIDE, WIDE), Cells(WIDE, WIDE)
        self.norm, self.out = nn.GroupNorm(8, WIDE), nn.Conv2d(WIDE, CHANNELS, 3, padding=1)
        self.register_buffer("pitches", torch.exp(torch.linspace(math.log(0.1), math.log(3), 16)), persistent=False)
        nn.init.zeros_(self.bent.weight)
        nn.init.zeros_(self.bent.bias)
        nn.init.zeros_(self.out.weight)

    def forward(self, x: Tensor, snr: Tensor, states: Tensor, mask: Tensor) -> Tensor:
        """`x` is batch × channels × cells × cells, `snr` the log of alpha² over sigma²."""
        angle = snr[:, None] * self.pitches
        about = self.noise(torch.cat([angle.sin(), angle.cos()], dim=1))
        there = (mask[:, 0, 0, :, None] > -1).to(states.dtype)
        about = functional.silu(about + self.gist((states * there).sum(1) / there.sum(1)))
        bent = self.bent(about).view(-1, 8, DEEP)
        fine = self.fore(self.stem(x), about)
        half = CELLS // 2
        deep = functional.pixel_unshuffle(fine, 2).flatten(2).transpose(1, 2)
        deep = self.down(deep) + self.places
        for block in self.blocks:
            deep = block(deep, states, mask, bent)
        wide = functional.pixel_shuffle(self.up(_even(deep)).transpose(1, 2).reshape(-1, 4 * WIDE, half, half), 2)
        made = self.last(self.join(torch.cat([fine, wide], dim=1), about), about)
        return self.out(functional.silu(self.norm(made)))


class Tiny(nn.Module):
    """The reader and the network."""

    def __init__(self) -> None:
        super().__init__()
        self.reader, self.net = Reader(), Net()

    def forward(self, x: Tensor, snr: Tensor, ids: Tensor) -> tuple[Tensor, Tensor]:
        """The clean picture, and the states of the prompt."""
        states, mask = self.reader(ids)
        return self.net(x, snr, states, mask), states
