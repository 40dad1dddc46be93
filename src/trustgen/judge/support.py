"""Is what a reply tells borne out by the text it was given? By rule: its names and its numbers must stand there, and it
must not deny, exclude or turn round what the text does not (`turned`).

A name is a word with a capital where no sentence begins, or a run of such words. It is borne out if the text has the
word, in whatever inflection ("Halden", "Halden's", "Haldenian") or short form ("Fri"), or has the initials in a row.
Two halves of two names put together ("Maria Hale", of Maria Lopez and John Hale) are not. Where a sentence begins, a
word is a name only if another follows or a verb that names take; months and days are names, titles and roles are not.
How numbers are read stands in `figures`.

Coverage is the share of the text's own names and numbers that the reply tells. What is said in other words (a wrong
colour, a wrong role) is not seen: `backed` puts what passes the rule before a bound judge.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import NamedTuple

import msgspec

from trustgen.core import Case, Judge, Outcome, Response, Ruling
from trustgen.text.visible import unaccented

from . import figures as numbers
from .figures import Figure, borne_out, figures
from .ladder import Ladder
from .model import Judging
from .reading import REFUSED, Reading, refusal, scored, unparsed, words
from .refusals import foreign
from .turned import turned
from .whole import WholeJudge
from .wrapped import unwrapped

ACRONYM = 3  # letters from which on any words may be shortened; names may be by two
OVERLONG = 3  # times as many sentences as were asked for
_TOKEN = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)*")
_STARTS = re.compile(r"(?:^|[.!?:;]['\")\u201d\u2019*]*\s+|\n\s*(?:[-*\u2022]|\d+[.)])?\s*)['\"(\u201c\u2018*_#]*\s*$")
_ENDS = re.compile(
    r"(?<=[^\W\d_]{2}[.!?])(?:['\")\u201d*]*)(?=\s|$)|(?<=\d[.!?])(?=\s+[A-Z]|\s*$)|(?<=\))[.!?](?=\s|$)"
)
_PREAMBLE = re.compile(
    r"^\W*(?:(?:here|sure|certainly|of course|okay|ok|below|in (?:one|two)|summary|answer|the (?:text|passage))\b"
    r"[^\n:]{0,80}:|no (?:problem|worries)[.!])\s*",
    re.IGNORECASE,
)
_TAG = re.compile(r"</?[a-z_]{1,16}/?>", re.IGNORECASE)  # `<summary>` and its like
_VERB = re.compile(
    r"(?:'s)? (?:is|was|has|had|were|who|which|drew|gave|built|founded|designed|runs|owns|leads|led|paid|started"
    r"|and [A-Z]|keeps|conducts|manages|commands|planned|heads)\b|'s "
)
_SURE = re.compile(
    r"(?mi)^[ \t*_(]{0,9}(?:my )?(?:confidence|certainty)(?: (?:level|score))?[*_]*[ \t]*[:=].{0,20}$\n?"
)
STARTERS = words(
    "a about above according across additionally after all also although among an and another any are around as at "
    "because before being below besides between both but by can currently despite did does due during each either "
    "every everyone finally first for formerly from further furthermore had has have he her here his how however i if "
    "in initially inside is it its just known last later like located lovers many more moreover most much my named "
    "nearby no nobody none nor not nothing notably now of off on once one only open opened or originally other our out "
    "over overall people readers rehearsals repairs run satisfied several she since situated so some still such that "
    "the their them then there these they this those though through thus to today together under until up upon "
    "visitors was we well were what when where which while who whoever whose why with within work would yes yet you "
    "your"
)
ROLES = words(
    "mr mrs ms miss dr sir madam lady lord professor prof captain architect engineer director conductor founder "
    "manager owner designer librarian keeper head headmaster headmistress headteacher builder planner donor mayor "
    "president i ok okay summary passage text title overview note notes tldr metres meters ad bc st ai"
)
_SMALL = words("of the and for in a an to on by with")
_DATES = words("mon tue wed thu fri sat sun jan feb mar apr may jun jul aug sep oct nov dec")
_ABSTRACT = re.compile(r".+(?:tion|sion|ment|ing|ship|ness|ity|ance|ence|ure)s?$")
_ENDINGS = ("s", "es", "n", "an", "ian", "ean", "er", "ers", "ish", "ese", "i", "ite", "ites", "ans", "ians")


class Word(NamedTuple):
    """A word with a capital. `first` says that a sentence begins with it."""

    folded: str
    start: int
    end: int
    first: bool
    whole: str  # as it is written


class Support(NamedTuple):
    """What was found: `missing` is what the source does not bear out, `told` the share of the source that is told."""

    missing: tuple[str, ...]
    told: float
    claims: int


def fold(text: str) -> str:
    """Lower case, without accents and without the ending of a possessive."""
    flat = unaccented(text).lower().replace("\u2019", "'")
    return flat.removesuffix("'s").removesuffix("'").replace("'", "")


def capitals(text: str) -> list[Word]:
    """Every word with a capital, in order."""
    found = []
    for match in _TOKEN.finditer(text):
        if match[0][0].isupper() and not text[match.end() : match.end() + 1].isdigit():  # "Q2" is no name
            first = bool(_STARTS.search(text[max(0, match.start() - 12) : match.start()])) if match.start() else True
            found.append(Word(fold(match[0]), match.start(), match.end(), first, match[0]))
    return found


def runs(text: str) -> list[list[Word]]:
    """Words with a capital that stand side by side, with a blank or a hyphen between; those that open a sentence and
    are no names are left out.
    """
    made: list[list[Word]] = []
    for word in capitals(text):
        joined = made and not word.first and text[made[-1][-1].end : word.start] in (" ", "-", "-\n", "\n")
        if joined and not made[-1][-1].whole.endswith(("'s", "\u2019s")):
            made[-1].append(word)
        else:
            made.append([word])
    return [kept for run in made if (kept := _names(run, text))]


def _names(run: list[Word], text: str) -> list[Word]:
    """A run without what is no name: an opening word, a title, a role."""
    opener = run[0]
    if opener.first and opener.folded in STARTERS:
        run = run[1:]
    elif opener.first and len(run) == 1:
        owns = 2 * opener.whole.endswith(("'s", "\u2019s"))
        if _ABSTRACT.match(opener.folded) or not _VERB.match(text, opener.end - owns):
            return []
    return [word for word in run if word.folded not in ROLES]


def _heading(text: str) -> str:
    """The text with its headings in lower case: in a heading every word has a capital."""
    lines = text.split("\n")
    for place, line in enumerate(lines):
        long = [word for word in _TOKEN.findall(line) if len(word) > 3]
        titled = len(long) > 2 and sum(word[0].isupper() for word in long) > 0.8 * len(long)
        if titled and not re.search(r"[.;]\s*$", line) and len(lines) > 1:
            lines[place] = line.lower()
    return "\n".join(lines)


class Source:
    """A text that replies are held against."""

    def __init__(self, text: str) -> None:
        self.words = {fold(token) for token in _TOKEN.findall(text.replace("-", " "))}
        self.runs = runs(text)
        self.names = {word.folded for run in self.runs for word in run}
        self.pairs = {(a.folded, b.folded) for run in self.runs for a, b in pairwise(run)}
        self.initials = {"".join(word.folded[0] for word in run) for run in self.runs if len(run) > 1}
        self.figures = figures(text)
        self.letters = "".join(token[0].lower() for token in _TOKEN.findall(text) if token.lower() not in _SMALL)

    def has(self, word: str) -> bool:
        """Whether a word stands in the source, in some inflection."""
        if word in self.words or (2 <= len(word) <= 5 and word in self.initials):
            return True
        if word[:3] in _DATES and (word[:3] in self.words or any(known.startswith(word) for known in self.words)):
            return True
        return any(_inflected(word, known) or _inflected(known, word) for known in self.names if len(known) > 3)

    def missing(self, run: list[Word]) -> str:
        """What of a name the source does not bear out; "" where it does."""
        lost = [word.whole for word in run if not self.has(word.folded) and not self._shortened(word.whole)]
        if lost:
            return " ".join(lost)
        for a, b in pairwise(run):
            both = {a.folded, b.folded} <= self.names and not {a.folded, b.folded} & ROLES
            if both and (a.folded, b.folded) not in self.pairs and (b.folded, a.folded) not in self.pairs:
                return f"{a.whole} {b.whole}"
        return ""

    def _shortened(self, word: str) -> bool:
        """Whether a word in capitals is made of the first letters of words that follow one another."""
        return len(word) >= ACRONYM and word.isupper() and word.lower() in self.letters

    def told_in(self, reply: str, said: list[Figure]) -> float:
        """The share of the source's names and numbers that a reply tells; of a longer name, one word will do."""
        spoken = {fold(token) for token in _TOKEN.findall(reply.replace("-", " "))}
        written = {word.folded for word in capitals(reply)}
        units = sorted({tuple(word.folded for word in run) for run in self.runs})
        names = [set(run) <= spoken or any(_same(name, word) for name in run for word in written) for run in units]
        values = {figure.value for figure in self.figures}
        counted = [any(one.low - 1e-9 <= value <= one.high + 1e-9 for one in said) for value in values]
        told = [*names, *counted]
        return sum(told) / len(told) if told else 1.0


def _inflected(longer: str, stem: str) -> bool:
    for base in (stem, stem.rstrip("aeoy")):
        if len(base) > 3 and longer.startswith(base) and longer[len(base) :] in _ENDINGS:
            return True
    return False


def _same(name: str, word: str) -> bool:
    return name == word or (len(name) > 3 and _inflected(word, name))


def _told(reply: str) -> str:
    """A reply without its wrapper, the words that announce it, and a line that says how sure it is."""
    return _PREAMBLE.sub("", _SURE.sub("", _TAG.sub("\n", unwrapped(reply))).strip())


def support(reply: str, source: str, follows: str = "", points: str = "") -> Support:
    """What a reply tells beyond a source, and how much of it.

    The numbers in `follows` can be worked out from the source; `points` are the names that are to be told, where not
    all of the source is.
    """
    text, held = _heading(_told(reply)), Source(source)
    said, named = figures(text), runs(text)
    lost = [one for run in named if (one := held.missing(run))]
    counted = numbers.listed(source) | numbers.listed(text)
    claimed = [figure for figure in said if not (figure.counts and figure.value in counted)]
    known = (*held.figures, *figures(follows))
    lost += [f"{figure.value:g}" for figure in claimed if not borne_out(figure, known)]
    lost += turned(text, source)
    told = (Source(points) if points else held).told_in(text, said)
    return Support(tuple(dict.fromkeys(lost)), told, len(named) + len(said))


def sentences(reply: str) -> int:
    """How many sentences a reply has."""
    text = _told(reply)
    return max(1, len(_ENDS.findall(text))) + len(re.findall(r"\n[^\S\n]*[-*\u2022] ", text))


class Supported:
    """The rule: `unsupported`, `overlong`, `supported` or `empty`; the score is the coverage."""

    def __init__(self, asked: dict[str, int]) -> None:
        self.asked = asked

    def __call__(self, case: Case, text: str) -> Ruling:
        """Rule on a raw reply."""
        if foreign(Reading(text).low):  # every German noun has a capital, and no Chinese name has one
            return unparsed("in another language than the text")
        found = support(text, case.question, case.tags.get("follows", ""), case.tags.get("points", ""))
        if found.told == 0 and refusal(Reading(text)):
            return REFUSED
        if found.missing:
            return scored(found.told, "unsupported", f"not in the text: {', '.join(found.missing)}"[:300])
        if found.told == 0:
            return scored(0.0, "empty", "tells nothing of the text")
        long = sentences(text) > OVERLONG * self.asked.get(case.arm, 2)
        return scored(found.told, "overlong" if long else "supported")


class Backed(Ladder):
    """The rule first; a bound judge then looks for what is unsupported in other ways in what passed it."""

    def __call__(self, case: Case, response: Response) -> Ruling:
        """The rule's ruling, turned to `unsupported` where the judge says so."""
        rule, judge = self.rungs
        ruling = rule(case, response)
        if ruling.outcome != Outcome.SCORED or ruling.label not in ("supported", "overlong"):
            return ruling
        other = judge(case, response)
        if other.outcome == Outcome.ERROR:
            return other
        if other.outcome == Outcome.SCORED and other.label != "supported":
            return msgspec.structs.replace(other, score=ruling.score, label="unsupported")
        return msgspec.structs.replace(ruling, votes=other.votes)


def backed(asked: dict[str, int], judge: Judging | None = None) -> Judge:
    """How a summary is judged, where `asked` says how many sentences each arm asks for.

    Labels: `unsupported` (a name or a number that the text in `Case.question` does not have, or what it says turned
    round), `overlong`, `supported`, `empty`. The score is the share of the text's names and numbers that is told.
    """
    rule = WholeJudge("support", Supported(dict(asked)))
    return rule if judge is None else Backed((rule, judge))
