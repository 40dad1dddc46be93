"""Where a verdict stands in a reply decides what it counts: read by position, not by phrase.

In this order, and the rest of the reply turns nothing:

1. the last mark of a final answer ("Final answer: B", "So the answer is no");
2. the verdict that opens the answer, unless a marked one follows at the head of a sentence ("The answer is D.");
3. the last marked verdict ("the answer is B", "this statement is false");
4. the verdicts that stand alone or open a sentence: they must agree, or the last one ends the reply;
5. what is left: verdicts named in passing, and last those that are supposed, quoted or thought before.

Behind the verdict so found only a correction counts ("no wait, it's C"); another bare verdict right behind it, without
one, contradicts it.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from .reading import tidy

SUPPOSED, LOOSE, SET, MARKED, FINAL = range(5)
"""How firmly a verdict stands: supposed or quoted, named in passing, set apart, marked, marked as the last word."""

WINDOW = 110  # characters before a verdict that tell how it stands
SHORT = 12  # characters between two verdicts that say nothing
MOST = 120  # verdicts of a reply that are weighed: the first and the last

NOUNS = (
    r"(?:answers?|choice|option|letter|response|solution|verdict|decision|conclusion|selection|pick|result|guess|vote"
    r"|judge?ment|recommendation|label|final|ans)"
)
ABROAD = (
    "respuesta opcion reponse antwort losung risposta opzione resposta opcao antwoord svar cevap odpowiedz jawaban "
    "dap_an ответ вариант 答案 答 正解 回答 答え 選択肢 选项 選項 选择 選擇 选 選 结论 結論 判断 정답 답 답변 결론 "
    "الاجابة الجواب الاجابة_الصحيحة उत्तर जवाब"
)
"""Words for an answer in other languages, with "_" for a blank."""
IS_ABROAD = (
    "es est ist e sao est_la es_la e_la e_il e_a 是 为 為 は が 은 는 이 가 هي هو है adalah la to 应为 應為 应该是"
)
"""What stands between such a word and the answer."""

_SPLIT = re.compile(r"[.!?;\n]")
_SUPPOSED = re.compile(
    r"\b(?:if|whether|unless|suppos\w+|assum\w+|imagin\w+|hypothetical\w*|were it|had it|could have been"
    r"|would have been)\b"
)
_SAID = re.compile(
    r"\b(?:thought|considered|considering|tempt\w+|one (?:might|may|could|would)|you (?:might|may|could|would)"
    r"|i would have (?:said|chosen|picked)|(?:people|some|many|others|they|someone|somebody|students?|friends?)"
    r" (?:\w+ )?(?:say|says|said|think|thinks|argue|believe|claim|answer|answered|chose|choose|pick|picked|go for)"
    r"|says|claims|claimed|argues|argued|instead of|rather than)\b"
)
_HALF = re.compile(r"\b(?:although|though|while|even though|whereas|despite)\b[^,]*$")
_IF_BEHIND = re.compile(r"[^.!?;\n]{0,30}?\b(?:only )?(?:if|had|were|in case|when|unless)\b")
_CORRECTED = re.compile(
    r"(?:^|[.!?;,:\n(] ?)(?:(?:no|oh|hmm?|but|and|ah|so)[ ,.!]{1,3}){0,20}"
    r"(?:wait|actually|sorry|correction|scratch that|strike that|i mean|my mistake|my apologies|my bad|oops|apologies"
    r"|on second thoughts?|i was wrong|i misspoke|i stand corrected|let me correct|i apologi[sz]e|on reflection"
    r"|i made (?:a|an) \w+|that was (?:wrong|a mistake)|looking (?:at it )?again|re ?reading|re ?checking)\b"
    r"|\bcorrected\b"
)


_HEAD = re.compile(
    r"(?:[^\w]|\b(?:sure|well|ok|okay|the|my|final|correct|right|answer|ans|it|is|its|date|total|result|on|about|roughly)\b"
    r"){0,12}?",
    re.I,
)
_TAIL = re.compile(r"[\s*_)\"']*(?:[.!;](?:\s|$)|\n|$)|\*\*")


class Stand(NamedTuple):
    """A verdict in a text: where, its label ("" where several are offered together), and how firmly it stands."""

    start: int
    end: int
    label: str
    rank: int
    bare: bool = False  # it is all that its sentence says
    leads: bool = False  # nothing but fillers stands before it in its sentence


def sentence(low: str, at: int) -> int:
    """Where the sentence that holds a place begins, or how far back is looked."""
    start, find = max(0, at - WINDOW), low.rfind
    ends = find(".", start, at), find("!", start, at), find("?", start, at), find(";", start, at), find("\n", start, at)
    return max(start, max(ends) + 1)


def supposed(low: str, start: int) -> bool:
    """Whether what stands there is only supposed, quoted, granted, or what was thought before."""
    before = low[sentence(low, start) : start]
    for turn in ("but ", "however", "yet "):
        before = before[before.rfind(turn) + 1 :]
    clause = before[before.rfind(", ") + 1 :]
    return bool(_SUPPOSED.search(before) or _SAID.search(clause) or _HALF.search(before))


def on_condition(low: str, end: int) -> bool:
    """Whether a condition follows in the same sentence: "would be no if …"."""
    return _IF_BEHIND.match(low, end) is not None


def decided(stands: list[Stand], low: str) -> tuple[set[str], int]:
    """The labels decided on (one; none; or several, which contradict each other or are offered), and how firmly."""
    if len(stands) == 1:
        return {stands[0].label}, stands[0].rank
    firm = [s for s in stands if s.rank >= SET]
    if not firm:
        return _left(stands, low)
    settled = _settled(firm, low)
    if isinstance(settled, set):
        return settled, SET
    if again := _corrected([s for s in stands if s.rank >= LOOSE], settled, low):
        return {again.label}, max(again.rank, SET)
    behind = next((s for s in firm if s.start > settled.start), settled)
    between = low[settled.end : behind.start].strip(" .!?;\n,)*:")
    at_once = (settled.bare or len(between) < SHORT) and not _SPLIT.search(between)
    if at_once and settled.rank < MARKED and behind.bare and behind.label != settled.label:
        return {settled.label, behind.label}, SET
    return {settled.label}, settled.rank


def _left(stands: list[Stand], low: str) -> tuple[set[str], int]:
    """What verdicts in passing say, or else those that are only supposed."""
    rank = max((s.rank for s in stands), default=SUPPOSED)
    left = [s for s in stands if s.rank == rank]
    labels = {s.label for s in left}
    again = _corrected(left, left[0], low) if len(labels) > 1 else None
    return ({again.label} if again else labels), rank


def _settled(firm: list[Stand], low: str) -> Stand | set[str]:
    """The verdict that decides by its place, or the ones that contradict each other."""
    finals = [s for s in firm if s.rank == FINAL]
    if finals:
        return finals[-1]
    first, marked = firm[0], [s for s in firm if s.rank == MARKED]
    if opens(first, low):
        later = [s for s in marked if s.leads and s.start > first.start]
        return later[-1] if later and first.rank < MARKED else first
    if marked:
        return marked[-1]
    last = firm[-1]
    if last.bare and not low[last.end :].strip(" .!?;\n,)*:\"'"):
        return last
    return firm[0] if len({s.label for s in firm}) == 1 else {s.label for s in firm}


def headed(text: str, start: int, end: int) -> bool:
    """Whether what stands there opens a text and is all of its sentence, but for "Answer:" or "It is"."""
    return _HEAD.fullmatch(text, 0, start) is not None and _TAIL.match(text, end) is not None


def took_back(low: str) -> bool:
    """Whether a sentence of a text takes back what stood before it."""
    return _CORRECTED.search(low) is not None


def corrects(text: str) -> bool:
    """Whether the last sentence of a text takes back what stood before."""
    return _CORRECTED.search(text.lower()[sentence(text, len(text)) :].lstrip()) is not None


def opens(stand: Stand, low: str) -> bool:
    """Whether a verdict opens the answer: in the first sentence, or behind a short one that only leads to it."""
    before = low[: sentence(low, stand.start)].strip(" \n.!?;:")
    return not before or (len(before) < 60 and _SPLIT.search(before) is None)


def _corrected(stands: list[Stand], settled: Stand, low: str) -> Stand | None:
    """The last verdict behind the settled one that corrects it."""
    found, end = None, settled.end
    for stand in stands:
        if stand.start < settled.end:
            continue
        since = sentence(low, stand.start) if stand.bare else stand.start - WINDOW
        if stand.rank > SUPPOSED and _CORRECTED.search(low[max(end, since) : stand.start]):
            found = stand
        end = stand.end
    return found


def spelt(words: str) -> str:
    """A pattern for any of the words of a list as they stand in a reading in lower case; "_" is a blank."""
    found = {re.escape(tidy(word.replace("_", " ")).lower()) for word in words.split()}
    return "|".join(sorted(found, key=lambda word: (-len(word), word)))


__all__ = [
    "ABROAD",
    "FINAL",
    "IS_ABROAD",
    "LOOSE",
    "MARKED",
    "MOST",
    "NOUNS",
    "SET",
    "SUPPOSED",
    "WINDOW",
    "Stand",
    "corrects",
    "decided",
    "headed",
    "on_condition",
    "opens",
    "sentence",
    "spelt",
    "supposed",
    "took_back",
]
