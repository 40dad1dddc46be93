"""Natural noise: the question as people really type, scan, post and speak it, with its meaning left alone.

Each noise is a small pure function over the words that may be changed; `words.py` says which those are. What must not
change, else another question were asked, is never touched: capitalised names, digits and numbers, quoted text, the
words on which a meaning turns, and the words of the case's own short answers.

`strength` is the share, 0 to 1, of the words (or places) open to a noise that it strikes, at least one above 0; where
it adds something to the text, it is how much. Sources: the thirteen natural perturbations of TrustGen (arXiv
2502.14296) and, beyond them, scanning, sound, contraction, punctuation, blanks, letter case and hesitation.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from random import Random
from typing import NamedTuple

from trustgen.core import Case, InputError, Keep, Maker, Prompts, UnknownName

from . import spelling
from .asked import asked
from .spelling import Spelling
from .words import Words, held, ordered, table, tables

PROMPTS = Prompts(__package__)  # prompts/*.md, beside this file
USUAL = 0.2  # the strength that a noise has unless it is told otherwise

Change = Callable[[Words, Random, float], None]
"""Changes the pieces of a text in place; leaves them as they were where it finds nothing to change."""


class Kind(NamedTuple):
    """One kind of noise: what it does, in one line; how; and what it leaves as it was."""

    about: str
    change: Change
    keeps: frozenset[Keep]


def _amount(strength: float, of: int) -> int:
    return max(1, round(strength * of)) if of else 0


def _shuffled(places: list[int], draw: Random) -> list[int]:
    order = [draw.random() for _ in places]
    return [place for _, place in sorted(zip(order, places, strict=True))]


def _spelt(change: Spelling, careful: bool = True) -> Change:
    """A noise that respells words. Words of five letters go first: shorter ones are easily taken for others."""

    def noise(words: Words, draw: Random, strength: float) -> None:
        among = words.free
        if careful:
            four = [i for i in words.free if len(words.pieces[i]) >= 4 and words.pieces[i].isalpha()]
            among = [i for i in four if len(words.pieces[i]) > 4] or four
        wanted = _amount(strength, len(among))
        for i in _shuffled(among, draw):
            made = change(words.pieces[i], draw)
            if made != words.pieces[i] and made.lower() not in table("critical"):
                words.pieces[i] = made
                wanted -= 1
            if wanted <= 0:
                return

    return noise


def _looked_up(section: str) -> Change:
    """A noise that puts another word in a word's place, from a table."""

    def noise(words: Words, draw: Random, strength: float) -> None:
        _exchange(words, tables()[section], draw, strength)

    return noise


def _exchange(words: Words, other: Mapping[str, str], draw: Random, strength: float) -> bool:
    among = [i for i in words.free if words.pieces[i].lower() in other]
    for i in _shuffled(among, draw)[: _amount(strength, len(among))]:
        word = words.pieces[i]
        made = other[word.lower()]
        words.pieces[i] = made[:1].upper() + made[1:] if word[0].isupper() else made
    return bool(among)


def _rare(words: Words, draw: Random, strength: float) -> None:
    if not _exchange(words, tables()["rare"], draw, strength):
        opening = PROMPTS.archaic(draw)
        if 1 in words.free:
            words.pieces[1] = words.pieces[1][0].lower() + words.pieces[1][1:]
        words.pieces[0] = f"{opening} {words.pieces[0]}"


def _blended(words: Words, draw: Random, strength: float) -> None:
    languages = sorted(tables()["blend"])
    _exchange(words, tables()["blend"][languages[int(draw.random() * len(languages))]], draw, strength)


def _contracted(words: Words, draw: Random, strength: float, ways: str = "join, part") -> None:
    """Join two words, or take a contraction apart; whichever way the text has room for."""
    pieces, joined, apart = words.pieces, tables()["contracted"], _apart()
    found: dict[int, str] = {}
    for i in range(1, len(pieces), 2):
        low = pieces[i].lower().replace("’", "'")
        after = pieces[i + 2].lower() if i + 2 < len(pieces) else ""
        if i in words.fixed:
            continue
        if "part" in ways and low in apart and after not in table("pronouns" if low.endswith("n't") else "done"):
            found[i] = apart[low]
        elif (
            "join" in ways
            and pieces[i + 1] == " "
            and i + 2 not in words.fixed
            and (full := f"{low} {after}") in joined
        ):
            found[i] = joined[full]
    for i in _shuffled(list(found), draw)[: _amount(strength, len(found))]:
        made = found[i]
        if not pieces[i] or (" " not in made and i + 2 < len(pieces) and not pieces[i + 2]):
            continue  # its word went into another contraction
        if "'" not in pieces[i] and "’" not in pieces[i] and " " not in made:
            pieces[i + 1] = pieces[i + 2] = ""
        pieces[i] = made[0].upper() + made[1:] if pieces[i][0].isupper() else made


@cache
def _apart() -> dict[str, str]:
    return {short: full for full, short in reversed(tables()["contracted"].items()) if not short.endswith("'d")}


def _inserted(section: str) -> Change:
    """A noise that puts something between words."""

    def noise(words: Words, draw: Random, strength: float) -> None:
        among, things = words.open, ordered(section)
        for i in _shuffled(among, draw)[: _amount(strength / 2, len(among))]:
            words.pieces[i] += things[int(draw.random() * len(things))] + " "
        if not among:
            words.pieces.append(" " + things[int(draw.random() * len(things))])

    return noise


def _hesitant(words: Words, draw: Random, strength: float) -> None:
    among, things = words.open, ordered("hesitations")
    for i in _shuffled(among, draw)[: _amount(strength / 2, len(among))]:
        gap = words.pieces[i]
        words.pieces[i] = f"{gap.rstrip() or ','} {things[int(draw.random() * len(things))]}, "


def _tagged(words: Words, draw: Random, strength: float) -> None:
    tags = draw.sample(ordered("hashtags"), min(5, _amount(strength, 5)))
    if draw.random() < 0.5:
        tags.append(draw.choice(ordered("mentions")))
    words.pieces.append(" " + " ".join(tags))


def _distracted(words: Words, draw: Random, strength: float) -> None:
    wordings = PROMPTS.distractor.wordings
    said = " ".join(draw.sample(wordings, min(len(wordings), _amount(strength, 4))))
    if draw.random() < 0.5:
        words.pieces[0] = f"{said} {words.pieces[0]}"
    else:
        words.pieces.append(f" {said}")


def _disordered(words: Words, draw: Random, strength: float) -> None:
    """Small words change places with a neighbour; the other words stay in their order, so nobody changes roles."""
    pieces, free, small = words.pieces, set(words.free), table("small")
    pairs = [
        i
        for i in words.free
        if i + 2 in free
        and pieces[i + 1] == " "
        and (pieces[i].lower() in small) + (pieces[i + 2].lower() in small) >= 1
        and pieces[i].lower() != pieces[i + 2].lower()
    ]
    wanted, taken = _amount(strength, len(pairs)), set[int]()
    for i in _shuffled(pairs, draw):
        if wanted and not {i, i + 2} & taken:
            pieces[i], pieces[i + 2] = pieces[i + 2], pieces[i]
            if pieces[i + 2][0].isupper():  # the opening capital stays where the sentence opens
                pieces[i], pieces[i + 2] = pieces[i].capitalize(), pieces[i + 2].lower()
            taken |= {i, i + 2}
            wanted -= 1


def _punctuated(words: Words, draw: Random, strength: float) -> None:
    """Marks doubled, set apart by a blank, or dropped at the very end. A mark inside a name or number stays."""
    pieces = words.pieces
    among = [i for i in words.open if pieces[i][0] in ",.;:!?"]
    end = pieces[-1].rstrip()
    if end and end[0] in ".!?" and len(pieces) - 1 not in words.fixed:
        among.append(len(pieces) - 1)
    for i in _shuffled(among, draw)[: _amount(strength, len(among))]:
        gap, way = pieces[i], draw.random()
        dropped = i == len(pieces) - 1 and way < 0.34
        pieces[i] = gap[1:] if dropped else f" {gap}" if way < 0.67 else gap[0] * 2 + gap[1:]
    if not among:
        pieces[-1] += ".." if draw.random() < 0.5 else " ..."


def _blank(words: Words, draw: Random, strength: float) -> None:
    """Blanks doubled, trebled or turned into tabs."""
    for i in _shuffled(words.open, draw)[: _amount(strength, len(words.open))]:
        gap = words.pieces[i]
        words.pieces[i] = gap[:-1] + ("  ", "   ", "\t")[int(draw.random() * 3)]


def _run_together(words: Words, draw: Random, strength: float) -> None:
    """The blank between two words is lost: "thecapital"."""
    free = set(words.free)
    among = [i for i in words.open if words.pieces[i] == " " and i - 1 in free and i + 1 in free]
    for i in _shuffled(among, draw)[: _amount(strength / 2, len(among))]:
        words.pieces[i] = ""


_SENSE = frozenset({Keep.ANSWER, Keep.MEANING, Keep.OPTIONS})
_OTHER_WORDS = _SENSE | {Keep.LANGUAGE}
_ALL = _OTHER_WORDS | {Keep.WORDS}

NOISES: Mapping[str, Kind] = {
    "missing_letter": Kind("a letter is left out", _spelt(spelling.missing_letter), _ALL),
    "wrong_letter": Kind("a letter is a neighbouring key", _spelt(spelling.wrong_letter), _ALL),
    "repeated_letter": Kind("a letter is typed twice or three times", _spelt(spelling.repeated_letter), _ALL),
    "swapped_letters": Kind("two neighbouring letters change places", _spelt(spelling.swapped_letters), _ALL),
    "capital_letters": Kind("letters of a word are capitals", _spelt(spelling.capital_letters), _ALL),
    "inserted_space": Kind("a blank falls into a word", _spelt(spelling.inserted_space), _OTHER_WORDS),
    "spaced_capitals": Kind("a word in spaced capitals", _spelt(spelling.spaced_capitals), _OTHER_WORDS),
    "scanned": Kind("letters as a bad scan reads them", _spelt(spelling.scanned), _ALL),
    "lower_case": Kind("words without their capitals", _spelt(spelling.lower_case, careful=False), _ALL),
    "upper_case": Kind("words with the shift key held down", _spelt(spelling.upper_case, careful=False), _ALL),
    "emoji": Kind("emoji between words", _inserted("emoji"), _ALL),
    "social_tags": Kind("hashtags, and perhaps a mention, at the end", _tagged, _ALL),
    "language_blend": Kind("small words in another language", _blended, _SENSE),
    "distractor": Kind("sentences about something else, before or after", _distracted, _ALL),
    "word_order": Kind("small words change places with a neighbour", _disordered, _ALL),
    "rare_words": Kind("words that few people use", _rare, _OTHER_WORDS),
    "sounds_alike": Kind("words spelt as they sound", _looked_up("sounds"), _OTHER_WORDS),
    "contractions": Kind("words joined by an apostrophe, or taken apart", _contracted, _OTHER_WORDS),
    "punctuation": Kind("marks doubled, set apart or dropped", _punctuated, _ALL),
    "whitespace": Kind("blanks doubled, trebled or turned into tabs", _blank, _ALL),
    "run_together": Kind("blanks between words are lost", _run_together, _OTHER_WORDS),
    "hesitation": Kind("um, uh and their like", _hesitant, _ALL),
}
"""Every kind of noise by name."""

_LAYOUT = ("punctuation", "whitespace", "run_together", "lower_case", "upper_case", "inserted_space", "spaced_capitals")
_WORDS = ("language_blend", "word_order", "rare_words", "sounds_alike", "contractions")
_ADDED = ("emoji", "social_tags", "distractor", "hesitation")
FAMILIES: Mapping[str, tuple[str, ...]] = {
    "spelling": tuple(kind for kind in NOISES if kind not in (*_LAYOUT, *_WORDS, *_ADDED)),
    "layout": _LAYOUT,
    "words": _WORDS,
    "added": _ADDED,
}
"""The kinds by what they change."""


def noisy(kind: str, text: str, draw: Random, strength: float = USUAL, held: frozenset[str] = frozenset()) -> str:
    """A text with one kind of noise; the same text where the noise finds nothing, or at strength 0.

    `held` are words, in lower case, that stay as they are beside those that always do. Raises `UnknownName`.
    """
    if kind not in NOISES:
        raise UnknownName("noise", kind, NOISES)
    if strength <= 0:
        return text
    words = Words.of(text, held)
    NOISES[kind].change(words, draw, strength)
    return words.text


def contracted(text: str, draw: Random) -> str:
    """A text with its contractions made: "What's …"."""
    _contracted(words := Words.of(text), draw, 1.0, "join")
    return words.text


def expanded(text: str, draw: Random) -> str:
    """A text with its contractions taken apart: "What is …"."""
    _contracted(words := Words.of(text), draw, 1.0, "part")
    return words.text


@dataclass(frozen=True)
class Noise:
    """The variation that puts one kind of noise on the question of a case."""

    kind: str
    strength: float = USUAL
    by: Maker = "rule"

    @property
    def name(self) -> str:
        """The kind, with the strength in percent where it is not the usual one."""
        return self.kind if self.strength == USUAL else f"{self.kind}_{round(100 * self.strength)}"

    @property
    def keeps(self) -> frozenset[Keep]:
        """What this kind of noise leaves as it was."""
        return NOISES[self.kind].keeps

    def __call__(self, case: Case, draw: Random, mend: str = "") -> Case | None:
        """The noisy case; None where the noise finds nothing to change."""
        found = asked(case)
        if found is None:
            return None
        before = found.question
        made = noisy(self.kind, before, draw, self.strength, held(case))
        return found.reworded(made) if made != before and made.strip() else None


def noise(kind: str, strength: float = USUAL) -> Noise:
    """One kind of noise: `noise("swapped_letters", strength=0.4)`. Raises `InputError` where it cannot be."""
    if kind not in NOISES:
        raise UnknownName("noise", kind, NOISES)
    if not 0 <= strength <= 1:
        raise InputError(f"noise `{kind}` has the strength {strength}: give a share from 0 to 1")
    return Noise(kind, strength)
