"""What of a reply is thought aloud, and what is said: split once, below every judge.

Reasoning models think in marked blocks, and a server without a reasoning parser leaves these in the reply. Read are:

- blocks of any usual tag: `<think>…</think>`, `<thinking>`, `<seed:think>`, `[THINK]…[/THINK]`, `◁think▷…◁/think▷`,
  `<|begin_of_thought|>…`, `<|START_THINKING|>…`, `<details type="reasoning">…`; nested and mixed tags are one block;
- a closing tag alone, as where the chat template opened the block: all before it is thought;
- "Thinking..." with "...done thinking." behind, or before lines that are quoted, as chat windows and shells show them;
- channels: `<|channel|>analysis<|message|>…` and, with its marks lost, `analysis…assistantfinal…`;
- a block that is never closed: all of it is thought, and there is no answer.

A tag that is only *mentioned* opens nothing: in code, in quotation marks, or inside a sentence. Tags that answers are
structured with as well (`WEAK`: `<analysis>`, `<rationale>` …) hold a thought only where an answer follows them.

The formats are those of the model cards and chat templates of DeepSeek-R1, Qwen3, Magistral, Kimi, gpt-oss, Command A,
Granite, EXAONE, Seed-OSS, Gemma and of Open WebUI. Time grows with the length of a reply, and no faster.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable
from typing import NamedTuple

_STRONG = (
    r"think(?:ing)?|thoughts?|thought_?process|think_?(?:fast|more|step)|reasoning(?:_content)?|scratch[_-]?pad"
    r"|inner[_-]?(?:monologue|thoughts?)|internal[_-]?(?:monologue|thoughts?|reasoning)|monologue|chain[_-]of[_-]thoughts?"
    r"|cot|antthinking|\u601d\u8003(?:\u8fc7\u7a0b)?"
)
WEAK = ("analysis", "deliberation", "rationale", "reason", "reflection")
_WEAK = "|".join(WEAK)


def _tags() -> re.Pattern[str]:
    """Every tag that opens or closes a block. A group whose name ends in `c` closes."""

    def plain(group: str) -> str:
        return rf"(?:[a-z]{{2,12}}[:_-])?(?P<{group}>{_STRONG}|{_WEAK})"

    forms = [
        r"<start_(?P<i>working_out)>",
        r"<end_(?P<ic>working_out)>",
        rf"(?:<|&lt;) ?{plain('a')}(?:\s[^<>\n]{{0,200}}?)?(?<!/)(?:>|&gt;)",
        rf"(?:<|&lt;) ?/ ?{plain('ac')}\s?(?:>|&gt;)",
        rf"\[{plain('b')}\]",
        rf"\[/{plain('bc')}\]",
        rf"\u25c1{plain('d')}\u25b7",
        rf"\u25c1/{plain('dc')}\u25b7",
        rf"<\|(?:/|end_of_|end_){plain('ec')}\|>",
        rf"<\|(?:begin_of_|start_|start_of_)?{plain('e')}\|>",
        r"<(?P<f>details)(?: type=[\"']?reasoning[^<>\n]{0,200}>"
        r"|[^<>\n]{0,60}>\s{0,3}<summary>[^<>\n]{0,20}\b(?:think(?:ing)?|thoughts?|reasoning)\b)",
        r"</(?P<fc>details)>",
        r"<(?P<g>unused\d\d)>(?=thought\b)",
        r"<(?P<gc>unused\d\d)>(?!thought\b)",
        r"<\|?(?P<h>channel)\|?> ?(?:thoughts?|thinking|reasoning)\b",
        r"<(?P<hc>channel)\|>",
    ]
    return re.compile("|".join(forms), re.IGNORECASE)


_TAG = _tags()
_HINT = re.compile(
    r"[<\[\u25c1]|&lt;|\A[\s>*_]*(?:assistant|analysis|here|thinking)", re.IGNORECASE
)  # most replies have none of these
_LEAD = re.compile(r"(?:\s|<\|[\w ]{1,30}\|>(?:assistant\b)?|<s>|<start_of_turn>model\b)*")
_HARMONY = re.compile(r"<\|channel\|>(?P<name>\w+)[^<]{0,60}(?:<\|constrain\|>[^<]{0,30})?<\|message\|>")
_MARK = re.compile(r"<\|(?:end|return|start|channel|call)\|>")
_LOST = re.compile(r"\A\s*(?:assistant)?analysis(?=[A-Z\s])")
_FINAL = re.compile(r"assistant\s?final")
_PROCESS = re.compile(r"\A\s*Here(?: is|'s|\u2019s) my thought process:")
_RESPONSE = re.compile(r"Here(?: is|'s|\u2019s) my response:")
_THINKING = re.compile(r"\A\s*[*_]{0,3}Thinking(?:\.\.\.|\u2026)[*_]{0,3}[ \t]*\n")
_DONE = re.compile(r"\n[ \t]*[*_]{0,3}(?:\.\.\.|\u2026) ?done thinking\.?[*_]{0,3}")
_CITED = re.compile(
    r"\s*(?:[*_]{1,3}Thinking(?:\.\.\.|\u2026|:)?[*_]{1,3}:?[ \t]*\n\s*(?=>)"
    r"|(?=> ?[*_]{0,3}Thinking(?:\.\.\.|\u2026|:|[*_])))"
    r"((?:>[^\n]*\n)+)(?=\s*\S)"
)
_FRAME = re.compile(r"<\|(?:begin_of_solution|end_of_solution|START_RESPONSE|END_RESPONSE)\|>")
_ABOUT = re.compile(
    r"[ \t]+(?:is|are|was|were|tags?|blocks?|elements?|means?|marks?|stands?|denotes?|refers?|and|or|as|in|seems)\b"
)
_ENDED = re.compile(r"(?:[.!?\u3002\uff01\uff1f][\"')\]*\u201d]*|^|\n)\s*\Z")
WORDY = 8  # words from which on a block inside a sentence is no mention
TAGS = 200  # tags of a reply that are looked at: its first and its last ones, where it has more


class Split(NamedTuple):
    """A reply's answer and its thoughts; `unfinished` where a thought is not closed, and nothing is said."""

    answer: str
    thoughts: str
    unfinished: bool = False


class _Tag(NamedTuple):
    start: int
    end: int
    name: str
    closes: bool


def split(text: str) -> Split:
    """A reply's answer apart from its thoughts; the text itself, as it is, where nothing is marked as thought."""
    if _HINT.search(text) is None:
        return Split(text, "")
    for read in (_channels, _framed):
        if found := read(text):
            return found
    tags = list(_found(text))
    return _blocks(text, tags) if tags else Split(text, "")


def _channels(text: str) -> Split | None:
    """The final channel of a reply in channels; the others are thought."""
    parts = list(_HARMONY.finditer(text))
    if not parts:
        return None
    bodies = []
    for part in parts:
        end = _MARK.search(text, part.end())
        bodies.append((part["name"].lower(), text[part.end() : end.start() if end else len(text)].strip()))
    said = [body for name, body in bodies if name == "final"]
    thoughts = "\n\n".join(body for name, body in bodies if name != "final" and body)
    lead = text[: parts[0].start()]
    if not said and not thoughts:
        return None
    if said and not thoughts:  # nothing to keep apart, but the marks are no part of what is said
        thoughts = lead if re.search(r"\w", _MARK.sub("", lead).replace("assistant", "")) else ""
    return Split(said[-1] if said else "", thoughts or " ", not said)


def _framed(text: str) -> Split | None:
    """Thought and answer announced in words at the head of a reply."""
    if found := _CITED.match(text):
        return Split(text[found.end() :].strip(), found[1].strip())
    for head, turn in ((_PROCESS, _RESPONSE), (_LOST, _FINAL), (_THINKING, _DONE)):
        if found := head.match(text):
            end = turn.search(text, found.end() - (head is _THINKING))
            glued = head is _PROCESS or (head is _LOST and text[found.end()].isupper())
            if end:
                return Split(text[end.end() :].strip(), text[found.end() : end.start()].strip() or " ")
            if glued:  # "analysis" and a blank begins a sentence like any other
                return Split("", text[found.end() :].strip() or " ", unfinished=True)
    return None


def _found(text: str) -> list[_Tag]:
    """The tags, in order. `</details>` is one only behind one that holds a thought: it closes whatever unfolds."""
    found: list[_Tag] = []
    unfolds = False
    for match in _TAG.finditer(text):
        group = match.lastgroup or ""
        unfolds = unfolds or group == "f"
        if group == "fc" and not unfolds:
            continue
        found.append(_Tag(match.start(), match.end(), match[group].lower(), group.endswith("c")))
    return found if len(found) <= TAGS else found[: TAGS // 2] + found[-TAGS // 2 :]


def _blocks(text: str, tags: list[_Tag]) -> Split:
    """What stands outside the blocks, and inside."""
    said: list[str] = []
    thought: list[str] = []
    at = past = 0  # the end of the last block, in characters; of the last mention, in tags
    open_end = False
    quoted = list(map(_quoted(text), (tag.start for tag in tags)))
    for place, tag in enumerate(tags):
        if tag.start < at or place < past or quoted[place]:
            continue
        if tag.closes:
            if tag.name not in WEAK and _ends(text, tag):
                said, thought, at = [], [text[: tag.start]], tag.end
            continue
        end = _end_of(tags, place, quoted)
        if end is None:
            if tag.name not in WEAK and _heads(text, at, tag) and not _ABOUT.match(text, tag.end):
                said.append(text[at : tag.start])
                thought.append(text[tag.end :])
                at, open_end = len(text), True
            continue
        if not (_heads(text, at, tag) or _long(text, tag, tags[end])):
            past = end + 1
            continue
        said.append(text[at : tag.start])
        thought.append(text[tag.end : tags[end].start])
        at = tags[end].end
    if not thought:
        return Split(text, "")
    said.append(text[at:])
    said[0] = said[0][len(lead[0]) :] if (lead := _LEAD.match(said[0])) else said[0]
    answer = "\n".join(part for piece in said if (part := _FRAME.sub("", piece).strip()))
    if not answer and not open_end and all(tag.name in WEAK for tag in tags):
        return Split(text, "")  # the answer is inside
    kept = "\n\n".join(part.strip() for part in thought if part.strip())
    return Split(answer, kept or " ", open_end and not answer)


def _end_of(tags: list[_Tag], place: int, quoted: list[bool]) -> int | None:
    """The tag that closes a block, nested ones counted; the last of its own name where a nested one stays open.

    Tags in quotation count only where no other closes it: a thought may speak of tags, or leave a fence open.
    """
    for also in (False, True):
        depth, last = 0, None
        for i in range(place, len(tags)):
            if quoted[i] and not also:
                continue
            tag = tags[i]
            depth += -1 if tag.closes else 1
            if tag.closes and tag.name == tags[place].name:
                last = i
            if depth == 0:
                return i
        if last is not None:
            return last
    return None


def _heads(text: str, at: int, tag: _Tag) -> bool:
    """Whether a tag stands at the head of a reply, line or sentence, or glued to a word: none is mentioned there."""
    lead = _LEAD.match(text, at)
    if lead and lead.end() == tag.start:
        return True
    before = text[max(at, tag.start - 60) : tag.start]
    return _ENDED.search(before) is not None or not before[-1:].isspace()


def _long(text: str, tag: _Tag, end: _Tag) -> bool:
    """Whether a block inside a sentence is too long to be a mention."""
    inside = text[tag.end : min(end.start, tag.end + 400)]
    return "\n" in inside or len(inside.split()) >= WORDY


def _ends(text: str, tag: _Tag) -> bool:
    """Whether a closing tag that nothing opened ends a thought; one with words on both sides is mentioned."""
    before, after = text[max(0, tag.start - 60) : tag.start], text[tag.end : tag.end + 1]
    inside = before[-1:] in (" ", "\t") and not _ENDED.search(before)
    return not (inside and (not after or after in " \t,.;:)?!"))


def _quoted(text: str) -> Callable[[int], bool]:
    """Tells whether a place stands in a fenced block, or in back-ticks or quotation marks of its line."""
    fences = [m.start() for m in re.finditer(r"^[ \t]*(?:```|~~~)", text, re.M)]

    def holds(place: int) -> bool:
        if bisect_right(fences, place) % 2:
            return True
        start = max(text.rfind("\n", max(0, place - 400), place) + 1, place - 400, 0)
        end = text.find("\n", place, place + 400)
        before, after = text[start:place], text[place : place + 400 if end < 0 else end]
        if any(before.count(mark) % 2 and mark in after for mark in '`"'):
            return True
        return any(before.rfind(a) > before.rfind(b) and b in after for a, b in ("\u201c\u201d", "\u00ab\u00bb"))

    return holds


__all__ = ["WEAK", "Split", "split"]
