"""Which word does a reply say is written in a picture? Held against the word that was drawn, letter by letter.

1. A reply that is one word, in any case, or its letters one by one ("S T O P"), says that word.
2. Else the word behind "the word is", "it says", "reads", "spells" or a colon is said; of several the last.
3. Else a word in capitals is, where there is one alone. Capitals that are no word of a picture ("AI", "OK") are none.
4. That there is no word is right where nothing is written, which a case without an answer says; that none can be read
   is an answer that is not right.

A word in running text is nothing that was said: many drawn words are words of every sentence ("ALL", "TOP").
"""

from __future__ import annotations

import re

from trustgen.core import Case, Ruling

from .reading import REFUSED, Reading, RuleJudge, abstains, refusal, scored, unparsed, words

_SPACED = re.compile(r"(?<![A-Za-z])(?:[A-Za-z][ ,]{1,2}){2,11}[A-Za-z](?![A-Za-z])")
_ONE = re.compile(r"\W*([^\W\d_]+)\W*")
_SAID = re.compile(
    r"(?:\b(?:word|text|writing|inscription|caption|label|sign|answer) (?:\w+ ){0,5}?(?:is|was|reads?|says?|spells?)"
    r"|\b(?:reads?|says?|spells?|spelled|spelt|spelling)|:)"
    r"(?:[ :(,]+(?:the|a|an|word|text|out|as|is|simply|just|clearly|probably|likely|spelled|spelt|written)\b)*"
    r"[ :(,]*([^\W\d_]+)",
    re.I,
)
_CAPITALS = re.compile(r"\b[A-Z]{2,12}\b")
_NO_WORDS = words("AI OK OCR PNG JPG JPEG RGB USA UK ID PC TV II III IV")
_FILLERS = words(
    "a an the too very so hard difficult to not no written in of on it this that there here what which clear unclear "
    "unreadable"
)
_UNREAD = re.compile(
    r"\b(?:cannot|cant|can not|unable to|not able to|couldnt|could not) (?:\w+ ){0,2}?"
    r"(?:read|see|make out|tell|identify)"
    r"|\b(?:illegible|unreadable|too (?:small|blurry|blurred|faint)|not (?:clear|legible|readable|visible))\b",
    re.I,
)
_NONE = re.compile(r"\b(?:none|nothing|no (?:\w+ )?(?:word|text|writing|letters?|words))\b", re.I)


class DrawnWord:
    """The rule."""

    def __call__(self, case: Case, reading: Reading) -> Ruling:
        """Rule on a tidied reply."""
        said = _said(_SPACED.sub(lambda found: re.sub(r"[ ,]", "", found[0]), reading.text))
        if said:
            right = said.casefold() == case.expect.answer.casefold()
            return scored(float(right), "right" if right else "wrong")
        if _NONE.search(reading.text):
            return scored(float(not case.expect.answer), "none")
        if abstains(reading) or _UNREAD.search(reading.text):
            return scored(0.0, "abstained")
        return REFUSED if refusal(reading) else unparsed("says no word")


def _said(text: str) -> str:
    """The word that a reply says is written; "" where it says none, or several."""
    if (alone := _ONE.fullmatch(text)) and alone[1].casefold() not in ("none", "nothing"):
        return alone[1]
    marked = [found[1] for found in _SAID.finditer(text) if found[1].casefold() not in _FILLERS]
    if marked and not _NONE.match(marked[-1]):
        return marked[-1]
    shouted = {word for word in _CAPITALS.findall(text) if word not in _NO_WORDS}
    return shouted.pop() if len(shouted) == 1 else ""


def drawn_word() -> RuleJudge:
    """Label `right`, `wrong`, `none` or `abstained`, against `Expect.answer` in any case; score 1 or 0."""
    return RuleJudge("drawn_word", DrawnWord())


__all__ = ["drawn_word"]
