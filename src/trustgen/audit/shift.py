"""Do generated texts read like the reference? Distances of style and words, each against chance.

First-order tests after "Under the Surface" (arXiv 2401.14698): attributes and n-grams as distributions, compared by
Jensen–Shannon distance. The distance of two small sets is never 0, so each is held against the distances of the same
texts dealt at random to both sides.
"""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from trustgen.core import keyed, unit
from trustgen.stats.grades import Floats
from trustgen.stats.multiplicity import holm

from .diversity import ngrams, words_of
from .sampled import Limits, Passage, mark, record_rate

Mask = NDArray[np.bool_]

PERMUTATIONS = 999
BINS = 10
BUCKETS = 512  # n-grams share buckets by hash, which can only bring distributions nearer
GRAM = 8
COVERED = 0.7

_SENTENCE = re.compile(r"(?<![.!?])[.!?]+(?:\s|$)")
_SYLLABLE = re.compile(r"[aeiouyà-öø-ÿ]+")
_SHORTENED = re.compile(r"\w(?:n['’]t|['’](?:re|ve|ll|m|d))$")


# ── what is read off one text ───────────────────────────────────────────────────────────────────────────────────────


@cache
def _style(kind: str) -> frozenset[str]:
    return frozenset(tomllib.loads((files(__package__) / "style.toml").read_text("utf-8"))[kind].split())


def attributes(text: str) -> dict[str, float]:
    """Measures of style of one text; all finite, all 0 or more but `formality` (−1 to 1) and `readability`."""
    words = words_of(text)
    n, size = max(len(words), 1), max(len(text), 1)
    sentences = max(len(_SENTENCE.findall(text)), 1)
    letters = sum(c.isalpha() for c in text)
    early = words[:50]  # a fixed length, since the share of new words falls with it
    syllables = sum(max(1, len(_SYLLABLE.findall(word.removesuffix("e")))) for word in words)
    casual = sum(word in _style("casual") or bool(_SHORTENED.search(word)) for word in words)
    return {
        "words": float(len(words)),
        "word_length": sum(map(len, words)) / n,
        "sentence_length": len(words) / sentences,
        "type_token": len(set(early)) / max(len(early), 1),
        "questions": text.count("?") / sentences,
        "punctuation": sum(not (c.isalnum() or c.isspace()) for c in text) / size,
        "formality": (sum(word in _style("formal") for word in words) - casual) / n,
        # Flesch (1948), with syllables counted by groups of vowels.
        "readability": 206.835 - 1.015 * len(words) / sentences - 84.6 * syllables / n if words else 0.0,
        "capitals": sum(c.isupper() for c in text) / max(letters, 1),
        "digits": sum(c.isdigit() for c in text) / size,
    }


def _buckets(grams: Iterable[tuple[str, ...]]) -> Floats:
    """Shares of n-grams in hashed buckets; each text weighs the same, whatever its length."""
    places = [crc32(" ".join(gram).encode("utf-8", "surrogatepass")) % BUCKETS for gram in grams]
    counts = np.bincount(places, minlength=BUCKETS).astype(np.float64)
    return counts / max(len(places), 1)


GRAMS: dict[str, Callable[[list[str]], Iterable[tuple[str, ...]]]] = {
    "which_words": lambda words: ngrams(words, 1),
    "which_word_pairs": lambda words: ngrams(["", *words, ""], 2),
}


# ── distances against chance ────────────────────────────────────────────────────────────────────────────────────────


def js_distance(p: Floats, q: Floats) -> Floats:
    """Jensen–Shannon distance (the root of the divergence to base 2) along the last axis, in [0, 1].

    Weights need not sum to 1; a side without weight gives `nan`. Symmetric; 0 for equal, 1 for disjoint distributions.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        p, q = (side / side.sum(axis=-1, keepdims=True) for side in (p, q))
        middle = (p + q) / 2
        terms = [np.where(side > 0, side * np.log2(side / middle), 0.0) for side in (p, q)]
    divergence = (terms[0] + terms[1]).sum(axis=-1) / 2
    undefined = np.isnan(p).any(axis=-1) | np.isnan(q).any(axis=-1)
    distance: Floats = np.where(undefined, np.nan, np.sqrt(np.clip(divergence, 0.0, 1.0)))
    return distance


def one_each(passages: Iterable[Passage], room: int = 10**9) -> list[Passage]:
    """One passage of each record, drawn by its key; of more records than `room`, a keyed choice.

    Cases of one record resemble one another; taken as so many independent texts they would make any difference certain.
    """
    chosen: dict[str, tuple[int, Passage]] = {}
    for passage in passages:
        drawn = (mark(passage.cluster, passage.text), passage)
        if passage.cluster not in chosen or drawn < chosen[passage.cluster]:
            chosen[passage.cluster] = drawn
    return [chosen[name][1] for name in sorted(chosen, key=lambda c: (unit("audit", "side", c), c))[:room]]


def sides(generated: Sequence[Passage], reference: Sequence[Passage], permutations: int, key: str) -> Mask:
    """Which texts (generated ones first) stand on the generated side: as they are, then dealt at random.

    Shape (1 + permutations, texts). A record with a text on both sides has the two swapped or not; the others are
    shuffled. Both sides keep their number of texts.
    """
    n, total = len(generated), len(generated) + len(reference)
    rng = np.random.default_rng(keyed("audit", "sides", key, str(n), str(total)).getrandbits(64))
    place = {passage.cluster: i for i, passage in enumerate(reference, n)}
    pairs = [(i, place[p.cluster]) for i, p in enumerate(generated) if p.cluster in place]
    ours, theirs = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    alone = np.setdiff1d(np.arange(total), np.concatenate([ours, theirs]))
    dealt = np.zeros((1 + permutations, total), dtype=np.bool_)
    dealt[0, :n] = True
    swapped = rng.random((permutations, len(pairs))) < 0.5
    dealt[1:, ours], dealt[1:, theirs] = ~swapped, swapped
    dealt[1:, alone] = rng.permuted(np.tile(alone < n, (permutations, 1)), axis=1)
    return dealt


class Shift(NamedTuple):
    """The distance of one attribute. `by_chance` is its mean over random deals, `p` adjusted for all attributes.

    `generated` and `reference` are means of the attribute, `nan` where it is no number.
    """

    attribute: str
    distance: float
    by_chance: float
    p: float
    generated: float
    reference: float

    @property
    def excess(self) -> float:
        """How far apart beyond chance, 0 or more."""
        return max(0.0, self.distance - self.by_chance)


def shifts(
    generated: Iterable[Passage], reference: Iterable[Passage], *, permutations: int = PERMUTATIONS, key: str = ""
) -> list[Shift]:
    """Every attribute's distance between generated and reference texts, with Holm-adjusted permutation p values.

    One text of each record takes part. Numbers are binned at the deciles of both sides together, so that the bins know
    nothing of who wrote what. Either side empty gives no shifts.
    """
    ours, theirs = one_each(generated), one_each(reference)
    if not ours or not theirs:
        return []
    texts = [passage.text for passage in (*ours, *theirs)]
    read = [attributes(text) for text in texts]
    columns = {name: np.array([row[name] for row in read]) for name in read[0]}
    blocks = {name: binned(values) for name, values in columns.items()}
    spoken = [words_of(text) for text in texts]
    blocks |= {name: np.array([_buckets(of(words)) for words in spoken]) for name, of in GRAMS.items()}
    dealt = sides(ours, theirs, permutations, key)
    found = {name: _distances(block, dealt) for name, block in blocks.items()}
    raw = {name: permutation_p(distances) for name, distances in found.items()}
    tested = [name for name, p in raw.items() if not math.isnan(p)]
    adjusted = dict(zip(tested, map(float, holm([raw[name] for name in tested])), strict=True))
    n = len(ours)
    result = []
    for name, distances in found.items():
        values = columns.get(name)
        means = (math.nan, math.nan) if values is None else (float(values[:n].mean()), float(values[n:].mean()))
        chance = float(distances[1:].mean()) if permutations else math.nan
        result.append(Shift(name, float(distances[0]), chance, adjusted.get(name, math.nan), *means))
    return result


def binned(values: Floats) -> Floats:
    """One row a value, with a 1 in the column of its bin; bins end at the deciles of all values."""
    edges = np.unique(np.quantile(values, np.arange(1, BINS) / BINS))
    rows = np.zeros((len(values), len(edges) + 1))
    rows[np.arange(len(values)), np.searchsorted(edges, values, side="left")] = 1
    return rows


def permutation_p(distances: Floats) -> float:
    """Share of values at least as large as the first, itself included (Phipson and Smyth 2010); never 0."""
    if math.isnan(distances[0]):
        return math.nan
    return float((distances >= distances[0] - 1e-12).mean())


def _distances(block: Floats, dealt: Mask) -> Floats:
    """The distance under each deal. Sparse products: no threads of a BLAS library that wait on one another."""
    from scipy.sparse import csr_array

    weights = csr_array(block.T)
    ours = (weights @ dealt.T.astype(np.float64)).T
    return js_distance(ours, block.sum(axis=0) - ours)


# ── texts that were published ───────────────────────────────────────────────────────────────────────────────────────


class Contamination(NamedTuple):
    """Which passages a published reference holds: as good as word for word (`held`), and how much of each."""

    held: Limits
    covered: float  # mean share of 8-grams found


def gram_marks(passages: Sequence[Passage], published: Iterable[str]) -> set[int]:
    """The marks of those n-grams of the passages that stand in the published texts, which are read once."""
    wanted = {marked for passage in passages for marked in _marks(words_of(passage.text))}
    sizes = sorted({min(GRAM, len(words_of(passage.text))) for passage in passages} - {0})
    found: set[int] = set()
    for text in published:
        words = words_of(text)
        for size in sizes:
            found.update(wanted.intersection(mark(*gram) for gram in ngrams(words, size)))
    return found


def covered(passages: Sequence[Passage], found: set[int]) -> Contamination:
    """How much of the passages stands in what `gram_marks` found for these and maybe others.

    A passage is held when at least 70 % of its runs of 8 words are (as PaLM's report counts); a shorter one when it
    stands in a published text as a whole.
    """
    parts = [_marks(words_of(passage.text)) for passage in passages]
    shares = [len(part & found) / len(part) if part else 0.0 for part in parts]
    held = record_rate((share >= COVERED for share in shares), (p.cluster for p in passages))
    return Contamination(held, sum(shares) / len(shares) if shares else math.nan)


def _marks(words: list[str]) -> set[int]:
    return {mark(*gram) for gram in ngrams(words, min(GRAM, len(words)))} if words else set()


def as_rows(found: Sequence[Shift]) -> dict[str, dict[str, Any]]:
    """Shifts as plain values, by attribute."""
    return {s.attribute: {**{k: v for k, v in s._asdict().items() if k != "attribute"}} for s in found}
