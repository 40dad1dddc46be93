"""Near-duplicates: questions that differ in nothing but small words, marks, blanks and spelling of figures.

Two questions are the same when their content words are, in the same order (pairs of neighbours are compared), to at
least `SAME` of them, and nothing that tells them apart differs: names, numbers, quoted text, the records' own short
words. Memory is flat: some 300 bytes a case (32-bit marks of its pairs, and 8 bands of a MinHash), no text.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from functools import lru_cache
from hashlib import blake2b
from itertools import pairwise

from trustgen.core import Case, Record

from .reading import NEGATIONS, Reading, function_words, read

SAME = 0.8  # Jaccard similarity of two questions' word pairs; 0.8 lets one word of ten be another
BANDS, ROWS = 8, 4  # 32 hashes; two questions at 0.9 meet in a band with probability 0.9998, at 0.8 with 0.985


class Near:
    """Remembers written questions, per task and arm."""

    def __init__(self) -> None:
        self._bands: dict[bytes, list[int]] = {}
        self._marks: list[array[int]] = []
        self._owners: list[bytes] = []

    def __call__(self, case: Case, record: Record, base: Case | None = None) -> str:
        """Why a question nearly repeats an earlier one of its task and arm; "" and remembered when it does not.

        A case is not compared with the case that it was made from.
        """
        said = read(case.question or case.turns[-1].text)
        marks = _marks(said, case.expect.options)
        room = digest(case.task, case.arm, *sorted(_anchors(said, record)))
        own = digest(base.id) if base is not None else b""
        keys = [digest(room, band) for band in _banded(marks)]
        for key in keys:
            for place in self._bands.get(key, ()):
                if self._owners[place] != own and _alike(marks, self._marks[place]) >= SAME:
                    return "nearly the same was asked already"
        self._marks.append(marks)
        self._owners.append(digest(case.id))
        for key in dict.fromkeys(keys):
            self._bands.setdefault(key, []).append(len(self._marks) - 1)
        return ""


def _marks(said: Reading, options: Iterable[str]) -> array[int]:
    """The pairs of neighbouring content words, as sorted 32-bit hashes."""
    drop = function_words() - {"who", "when", "where", "why", "how"}
    words = ["", *(t for t in said.tokens if (t not in drop or t in NEGATIONS) and t[0].isalnum()), ""]
    pairs = {f"{a} {b}" for a, b in pairwise(words)} | {f"= {option.casefold()}" for option in options}
    return array("L", sorted(int.from_bytes(_wide(pair)[:4], "big") for pair in pairs))


def _anchors(said: Reading, record: Record) -> set[str]:
    """What tells two questions of one wording apart."""
    short = {
        t
        for value in record.fields.values()
        if isinstance(value, str) and len(value) <= 80
        for t in read(value).content
    }
    marked = {q for q in said.quoted if not said.bag.issuperset(read(q).content) or not read(q).content}
    return set(said.numbers) | marked | set(said.code) | (short & said.bag)


def _alike(one: array[int], other: array[int]) -> float:
    a, b = set(one), set(other)
    return len(a & b) / len(a | b) if a or b else 1.0


def _banded(marks: array[int]) -> list[bytes]:
    """The bands of the MinHash of a set of marks."""
    hashed = [_wide(f"{mark:x}") + _wide(f"{mark:x}.") for mark in marks]
    lanes = [min(h[i : i + 4] for h in hashed) for i in range(0, 4 * BANDS * ROWS, 4)]
    return [bytes([band]) + b"".join(lanes[band * ROWS : (band + 1) * ROWS]) for band in range(BANDS)]


@lru_cache(maxsize=20_000)
def _wide(text: str) -> bytes:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=64).digest()


def digest(*parts: str | bytes) -> bytes:
    """Eight bytes that stand for some parts."""
    whole = b"\x00".join(p if isinstance(p, bytes) else p.encode("utf-8", "surrogatepass") for p in parts)
    return blake2b(whole, digest_size=8).digest()
