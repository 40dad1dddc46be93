"""Verdicts on a claim: supported, refuted or, where that was offered, not enough information.

1. The claim itself is taken out where the reply repeats it ("It would be wrong to say that …" is no verdict), and
   so are the labels where they are only offered ("supported, refuted or not enough").
2. The words of the labels are looked for first; what means the same ("true", "contradicts", "does not say") where there
   are none, or where it opens the reply ("False. The evidence supports Cusco").
3. Of several the place decides (see `standing`): marked ones ("the claim is …", "Verdict: …") and those that open a
   clause come before those named in passing, which must agree.
4. "Not supported" means refuted where there are two labels. Where there are three it may mean either of the others, and
   is no verdict; the same goes for "not refuted".
"""

from __future__ import annotations

import re

from trustgen.core import Case, Ruling

from .reading import REFUSED, Reading, RuleJudge, abstains, declines, refusal, scored, unparsed
from .standing import FINAL, LOOSE, MARKED, MOST, SET, SUPPOSED, WINDOW, Stand, decided, opens, sentence, supposed

SUPPORTED, REFUTED, OPEN = "supported", "refuted", "not enough"
_DENIAL = r"(?:not|isnt|doesnt|dont|didnt|cannot|cant|never|neither|nor|no longer)"
_FILL = r"(?:(?:be|is|been|being|directly|fully|clearly|actually|in fact|at all|either|necessarily) )*"
_OFFERED = re.compile(
    r"\b(?:supported|refuted|not enough)(?:(?:,? or |,? and | ?/ ?|, )(?:is it )?(?:supported|refuted|not enough)\b)+"
)
_NEITHER = re.compile(
    r"\bneither (?:\w+ )?(?:supported|supports?|confirm\w*|proves?|proven|true)(?:[ ,]\w+){0,6}? nor (?:\w+ )?"
    r"(?:refute[sd]?|den(?:y|ies)|contradict\w*|disprove\w*|false)"
    r"|\b(?:does not|doesnt|do not|dont|not|cannot|cant) (?:be )?(?:either )?(?:support|confirm|prove)(?:ed|s)? "
    r"(?:\w+ ){0,3}?(?:or|nor) (?:refute|contradict|deny|disprove)\w*"
)
_SUPPORTED = re.compile(rf"(?P<deny>\b{_DENIAL} {_FILL})?\b(?:supported|supports?|supporting)\b")
_REFUTED = re.compile(rf"(?P<deny>\b{_DENIAL} {_FILL})?\b(?:refuted|refutes?|refuting)\b")
_NOT_ENOUGH = re.compile(
    r"(?P<deny>(?!))?\b(?:not enough|nei)\b|\b(?:insufficient|too little) (?:info\w*|evidence|data)\b"
)
_LIKE_SUPPORTED = re.compile(
    rf"(?P<deny>\b{_DENIAL} {_FILL}(?:an? )?)?\b(?:true|correct|accurate|right|confirm(?:s|ed)?|prove[sn]?"
    r"|consistent with|valid)\b"
)
_LIKE_REFUTED = re.compile(
    rf"(?P<deny>\b{_DENIAL} {_FILL}(?:an? )?)?\b(?:false|incorrect|wrong|untrue|inaccurate|contradict(?:s|ed)?"
    r"|disprove[sn]?|disproved|unsupported|mistaken|inconsistent with)\b"
)
_LIKE_NOT_ENOUGH = re.compile(
    r"(?P<deny>(?!))?\b(?:inconclusive|unverifiable|unrelated|irrelevant|undetermined|unknown)\b"
    r"|\bno (?:\w+ )?(?:information|mention|evidence|data)\b"
    r"|\bnot (?:\w+ )?(?:related|relevant|mention(?:ed)?|address(?:ed)?)\b"
    r"|\b(?:not|doesnt|dont|nothing) (?:\w+ )?(?:say|tell|mention|address|contain|provide|give|state|speak)s?\b"
    r"|\b(?:says|tells|states) nothing\b"
)
_MARK = re.compile(
    r"\b(?:claim|statement|verdict|label|answer|conclusion|judge?ment|it|evidence|sources?|notes?|excerpts?|this|that)"
    r"(?: (?:above|here|given|therefore|thus|then|best|that fits|correct|right))*"
    r"(?: (?:is|are|was|would be|must be|should be|can be|be|has been|clearly|directly|therefore|thus)\b|:|=)* ?"
    r"(?:clearly |directly |therefore |thus |indeed |actually |in fact |a |best described as )*[:(]? ?$"
)
_OPENS = re.compile(
    r"(?:(?:well|ok|okay|so|sure|therefore|thus|hence|overall|and|but|my|the|final|answer|verdict|label|i|would|say|think"
    r"|believe|its|thats|that|this|it|is|clearly|a|an|there)[ ,:]{1,2})*$"
)
_FINALLY = re.compile(
    r"(?:\bfinal (?:answer|verdict|label|judge?ment|decision)(?: is)?|\b(?:so|therefore|thus|hence|in conclusion"
    r"|overall)\b"
    r",? (?:the|my) (?:\w+ )?(?:answer|verdict|label|claim|statement) is)[ :,\n]*$"
)
_STOPS = re.compile(r" ?(?:[.,!;:)\n]|$)")
_DENIES = {SUPPORTED: REFUTED, REFUTED: SUPPORTED}


class Labels:
    """The rule. Two labels or three are told apart by `Expect.options`."""

    words = (_SUPPORTED, _REFUTED, _NOT_ENOUGH)
    alike = (_LIKE_SUPPORTED, _LIKE_REFUTED, _LIKE_NOT_ENOUGH)

    def __call__(self, case: Case, reading: Reading) -> Ruling:
        """Rule on a tidied reply."""
        three = OPEN in case.expect.options
        low = reading.low
        if claim := Reading(case.question).low.rstrip(" ."):
            low = low.replace(claim, " this ")
        low = _NEITHER.sub(f" {OPEN} ", _OFFERED.sub(" ", low))
        found, marked = self.found(low, three)
        if not marked and declines(reading):
            return REFUSED
        if found == {""} or len(found) > 1:
            return unparsed("contradicts itself" if len(found) > 1 else "denies one label, which leaves two")
        if not found and refusal(reading) and not abstains(reading):
            return REFUSED
        if not found and not abstains(reading):
            return unparsed("names no verdict")
        label = found.pop() if found else OPEN
        return scored(0.0, "abstained") if label == OPEN and not three else scored(_right(label, case), label)

    def found(self, low: str, three: bool) -> tuple[set[str], bool]:
        """The verdicts that decide, and whether one is marked as final; "" among them is a denial that leaves two."""
        named, alike = self.stands(low, self.words, three), self.stands(low, self.alike, three)
        first = next((s for s in alike if s.rank >= SET), None)
        if named and first and first.label and first.leads and _STOPS.match(low, first.end) and opens(first, low):
            named = [first, *named] if first.start < named[0].start else named
        found, rank = decided(named or alike, low)
        return found - {""} or found, rank == FINAL

    def stands(self, low: str, patterns: tuple[re.Pattern[str], ...], three: bool) -> list[Stand]:
        """Every label named, in order, with how it stands; without a label where it is denied and two are left."""
        found = []
        for label, pattern in zip((SUPPORTED, REFUTED, OPEN), patterns, strict=True):
            for match in pattern.finditer(low):
                meant = label if not match["deny"] else "" if three else _DENIES[label]
                found.append(self.stand(low, match.start(), match.end(), meant))
        found.sort()
        return found if len(found) <= MOST else found[: MOST // 2] + found[-MOST // 2 :]

    def stand(self, low: str, start: int, end: int, label: str) -> Stand:
        """How a label stands."""
        before = low[sentence(low, start) : start].lstrip(" ,:()")
        leads = _OPENS.fullmatch(before) is not None
        if _FINALLY.search(low, max(0, start - WINDOW), start):
            rank = FINAL
        elif low[end : end + 1] == "?" or supposed(low, start):
            rank = SUPPOSED
        else:
            rank = SET if leads else MARKED if _MARK.search(before) else LOOSE
        bare = not before and low[end : end + 1] in ("", ".", "!", "\n")
        return Stand(start, end, label, rank, bare, leads or not before)


def _right(label: str, case: Case) -> float:
    return float(label == case.expect.answer)


def claim_label() -> RuleJudge:
    """`supported`, `refuted`, `not enough` (where the case offers it), or `abstained` where it does not."""
    return RuleJudge("claim_label", Labels())
