"""The network: an encoder of pictures and a decoder of questions that looks at what the encoder tells.

The encoder's grid is told where each of its cells lies by fixed waves and by x and y themselves: with learnt places
the network never came to see *where* anything is. About .6 million numbers.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from .domain import CELLS, KINDS, LONGEST, PATCH, WORDS

DEEP, WIDE, HEAD, LAYERS, BLOCKS = 96, 56, 24, 3, 3
COLOURED, SIZED = 9, 2
PLACED = 0.8  # the root mean square of what is told of a place; that of what is seen there is 1
ROWS, COLUMNS = CELLS // 2, CELLS


def even(x: Tensor) -> Tensor:
    """A row of numbers whose mean square is 1."""
    return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-6)


def heads(x: Tensor) -> Tensor:
    """Batch × places × channels to batch × heads × places × channels of one."""
    return x.view(x.shape[0], x.shape[1], DEEP // HEAD, HEAD).transpose(1, 2)


def looked(query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None) -> Tensor:
    """What each place of a row finds where it looks. `mask` is added to the scores."""
    scores = (query * (6 / HEAD)) @ key.transpose(-1, -2)
    found = (scores if mask is None else scores + mask).softmax(-1).to(value.dtype) @ value
    return found.transpose(1, 2).flatten(2)


def places_of(rows: int, columns: int) -> Tensor:
    """Of each cell of a grid, row by row: sine and cosine of y and of x at 23 pitches each, with y and x."""
    y, x = torch.meshgrid((torch.arange(rows) + 0.5) / rows, (torch.arange(columns) + 0.5) / columns, indexing="ij")
    waves = []
    for at in (y.flatten(), x.flatten()):
        pitches = math.pi * 2 ** torch.linspace(-0.5, 4, DEEP // 4 - 1)
        angle = at[:, None] * pitches
        waves += [angle.sin(), angle.cos(), (at[:, None] - 0.5) * 3.4, (at[:, None] - 0.5) * 3.4]
    return even(torch.cat(waves, dim=1)) * PLACED


class Block(nn.Module):
    """Two convolutions over the cells."""

    def __init__(self) -> None:
        super().__init__()
        self.norm, self.again = nn.GroupNorm(8, WIDE), nn.GroupNorm(8, WIDE)
        self.one, self.two = nn.Conv2d(WIDE, WIDE, 3, padding=1), nn.Conv2d(WIDE, WIDE, 3, padding=1)
        nn.init.zeros_(self.two.weight)

    def forward(self, x: Tensor) -> Tensor:
        """Cells to cells."""
        return x + self.two(functional.silu(self.again(self.one(functional.silu(self.norm(x))))))


class Encoder(nn.Module):
    """A picture to keys and values for each layer of the decoder."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3 * PATCH**2, WIDE, 3, padding=1)
        self.blocks = nn.ModuleList(Block() for _ in range(BLOCKS))
        self.norm, self.wide = nn.GroupNorm(8, WIDE), nn.Conv2d(WIDE, DEEP, 1)
        self.down = nn.Conv2d(DEEP, DEEP, (2, 1), stride=(2, 1))
        self.keys = nn.ModuleList(nn.Linear(DEEP, DEEP, bias=False) for _ in range(LAYERS))
        self.values = nn.ModuleList(nn.Linear(DEEP, DEEP, bias=False) for _ in range(LAYERS))
        self.register_buffer("places", places_of(ROWS, COLUMNS), persistent=False)

    def cells(self, x: Tensor) -> Tensor:
        """Batch × 3 × side × side, from -1 to 1, to batch × channels × cells × cells."""
        x = self.stem(functional.pixel_unshuffle(x, PATCH))
        for block in self.blocks:
            x = block(x)
        return functional.silu(self.norm(x))

    def memory(self, cells: Tensor) -> tuple[Tensor, Tensor]:
        """Keys and values, layers × batch × heads × places × channels."""
        seen = self.down(functional.silu(self.wide(cells))).flatten(2).transpose(1, 2)
        told = even(seen) + self.places
        keys = torch.stack([even(heads(key(told))) for key in self.keys])
        return keys, torch.stack([heads(value(told)) for value in self.values])

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        """Pictures as bytes, batch × rows × columns × 3, to keys and values."""
        return self.memory(self.cells(pictures.permute(0, 3, 1, 2).float() / 127.5 - 1))


class Layer(nn.Module):
    """Looks back along the question, looks at the picture, and thinks."""

    def __init__(self) -> None:
        super().__init__()
        self.query, self.key, self.value = (nn.Linear(DEEP, DEEP, bias=False) for _ in range(3))
        self.asks, self.out, self.told = (nn.Linear(DEEP, DEEP, bias=False) for _ in range(3))
        self.first, self.second = nn.Linear(DEEP, 3 * DEEP), nn.Linear(3 * DEEP, DEEP)
        for last in (self.out, self.told, self.second):
            nn.init.zeros_(last.weight)

    def forward(
        self, x: Tensor, mask: Tensor, seen: tuple[Tensor, Tensor], past: tuple[Tensor, Tensor] | None
    ) -> tuple[Tensor, Tensor, Tensor]:
        """The row, with the keys and values of all that was read so far."""
        known = even(x)
        key, value = even(heads(self.key(known))), heads(self.value(known))
        if past is not None:
            key, value = torch.cat([past[0], key], dim=2), torch.cat([past[1], value], dim=2)
        x = x + self.out(looked(even(heads(self.query(known))), key, value, mask))
        x = x + self.told(looked(even(heads(self.asks(even(x)))), *seen, None))
        return x + self.second(functional.gelu(self.first(even(x)), approximate="tanh")), key, value


class Decoder(nn.Module):
    """Pieces to how likely each piece comes next."""

    def __init__(self) -> None:
        super().__init__()
        self.words = nn.Embedding(len(WORDS), DEEP)
        self.places = nn.Parameter(torch.randn(LONGEST, DEEP) * 0.3)
        self.layers = nn.ModuleList(Layer() for _ in range(LAYERS))
        self.bias = nn.Parameter(torch.zeros(len(WORDS)))
        nn.init.normal_(self.words.weight, std=0.3)

    def row(self, ids: Tensor, places: Tensor, parts: Tensor, seen: tuple[Tensor, Tensor]) -> Tensor:
        """All questions of a picture in one row, each of which sees itself alone."""
        alike = parts[:, :, None] == parts[:, None, :]
        before = torch.ones(ids.shape[1], ids.shape[1], dtype=torch.bool).tril()
        mask = torch.where(alike & before, 0.0, -1e4)[:, None]
        x = self.words(ids) + self.places[places]
        for layer, key, value in zip(self.layers, *seen, strict=True):
            x, _, _ = layer(x, mask, (key, value), None)
        return self.scores(x)

    def scores(self, x: Tensor) -> Tensor:
        """The words' numbers, before they are made shares."""
        return (even(x) @ self.words.weight.t()) * 0.3 + self.bias

    def forward(
        self, ids: Tensor, keys: Tensor, values: Tensor, past_keys: Tensor, past_values: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """What comes after the last of some further pieces, and the keys and values of all that was read."""
        read, more = past_keys.shape[3], ids.shape[1]
        order = torch.arange(read + more)
        mask = torch.where(order[None, :] <= order[read:, None], 0.0, -1e4)
        x = self.words(ids) + self.places[order[read:]]
        kept = []
        for at, layer in enumerate(self.layers):
            x, key, value = layer(x, mask, (keys[at], values[at]), (past_keys[at], past_values[at]))
            kept.append((key, value))
        return self.scores(x[:, -1]), torch.stack([one for one, _ in kept]), torch.stack([one for _, one in kept])


class Ground(nn.Module):
    """What lies in each cell, which only training asks: kind, colour, size, and whether a middle is here."""

    def __init__(self) -> None:
        super().__init__()
        self.sizes = (len(KINDS), COLOURED, SIZED, 2)
        self.told = nn.Conv2d(WIDE, sum(self.sizes), 1)

    def forward(self, cells: Tensor) -> list[Tensor]:
        """One for each aspect."""
        return list(self.told(cells).split(self.sizes, dim=1))


class Tiny(nn.Module):
    """All three."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder, self.decoder, self.ground = Encoder(), Decoder(), Ground()

    def forward(self, x: Tensor, ids: Tensor, places: Tensor, parts: Tensor) -> tuple[Tensor, list[Tensor]]:
        """Scores of the next pieces, and what is said of each cell."""
        cells = self.encoder.cells(x)
        return self.decoder.row(ids, places, parts, self.encoder.memory(cells)), self.ground(cells)
