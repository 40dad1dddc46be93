"""What of a reply is its own answer: not the prompt once more, and not what follows in turns that it makes up.

A base model goes on with the text: it may repeat the prompt, answer, and then invent what a user asks next, and answer
that too. Some servers return the prompt before the completion. So:

1. A copy of the case's turns, word for word, is taken off the beginning, however often it stands there. Where nothing
   else is left, or a copy that breaks off, the reply is an echo.
2. The reply ends where another turn begins: with a name such as "User:" or "Question 2:" at the head of a line, a tag
   of a chat template, or the first `OPENING` words of a user's turn. A reply may write its own question down first:
   "Question:" before the prompt's words is no other turn where nothing was answered yet, only "Let me look at this.",
   and a long one is taken off, as a copy is.
   A turn that nothing marks is not seen.

All of this reads the raw text, in time that grows with its length and no faster.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from trustgen.core import Case

PREFACE = 30  # words that may lead to a question that is written down again
LEAST = 3  # words of a turn of which a copy can be seen
LONG = 16  # letters from which on fewer words are the beginning of one more copy: a code is one long word
BROKEN = 8  # words from which on the beginning of a turn is a copy that breaks off
OPENING = 6  # first words of a turn by which it is known where it begins once more
DOCUMENT = 30  # words from which on a case's question is a document
RESTATED = 3  # questions that a reply may write down before its answer
ALTERED = 10  # of so many words, one may be another where a question is written down again
ECHO = "an echo of the prompt"
INVENTED = "goes on with turns of its own making, and answers nothing"

_WORD = re.compile(r"\w+")
_LETTER = re.compile(r"[^\W_]")  # a letter or a digit, found at C speed: this is asked of every reply
_TAGS = r"<\|(?:im_start|im_end|begin_of_text|start_header_id|end_header_id|eot_id|endoftext|assistant)\|>"
_LEAD = re.compile(rf"(?:\s++|{_TAGS}|<(?:start|end)_of_turn>|</?s>|\[/INST\]|(?:assistant|model)[ \t]*+(?=\n))*+")
_ROLE_WORDS = (
    "user human system assistant model im_start im_end begin_of_text start_header_id end_header_id eot_id endoftext "
    "start_of_turn end_of_turn inst sys s bos"
)
_ROLES = frozenset(_ROLE_WORDS.split())
_NAMES = (
    r"(?:User|USER|Human|HUMAN|Question|QUESTION|Q|Prompt|PROMPT|Instructions?|INSTRUCTIONS?|Query|QUERY|Input|INPUT)"
)
_TURN = re.compile(
    rf"^(?P<head>[ \t]*+(?:[*_>]{{1,3}}+|\#{{2,4}}+)?[ \t]*+{_NAMES}(?: ?\d{{1,2}})?[*_]{{0,2}}[ \t]*+:"
    rf"|[ \t]*+\#{{2,4}}+[ \t]*+{_NAMES}[ \t]*+$)(?P<rest>[^\n]*)"
    r"|^(?:user|system)[ \t]*+$"
    r"|<\|(?:im_start|start_header_id)\|>\s*+(?:user|system)\b"
    r"|<\|(?:im_end|endoftext|end_of_text|eot_id|end|user|system)\|>|<start_of_turn>user|<end_of_turn>"
    r"|</s>|\[/?INST\]|<<SYS>>",
    re.M,
)
_ANSWER = re.compile(r"^[ \t]*+[*_#> ]{0,4}(?:Answer|ANSWER|A|Assistant|Response|Reply|Verdict)[*_]{0,2}[ \t]*+:", re.M)
_SAYS = re.compile(  # what may answer: no preface has it
    r"\b(?:yes|no|nope|true|false|correct|incorrect|supported|refuted|none|neither|both|unknown|unclear|cannot|can't"
    r"|don\W?t|not|unable|sorry|won\W?t|refuse|decline|would|should|is|are|was|were|has|have)\b|(?-i:\b[A-H]\b)|\d",
    re.I,
)
_LINE = re.compile(r"\n[^\w\n]{0,8}(\w+)")
_HEADING = re.compile(rf"^[#*_> \t]*{_NAMES}[*_ \t]*:?\s*\Z", re.M)
_REST = " \t\r\n.,:;!?\"'*>"  # what is left of a copy at its end
_BLANK = re.compile(r"\s*")
_TAG = re.compile(r"[<\[]")
_ENDED = re.compile(r"[.!?\u3002\u061f][\"')\]*\s]*\Z")


def own(case: Case, reply: str) -> tuple[str, str]:
    """What a reply answers itself; or "", and why that is nothing. A reply without a letter or digit stays as it is."""
    if not _said(reply):
        return reply, ""
    text = unechoed(case, reply)
    if not _said(text):
        return "", ECHO
    text = one_turn(case, text)
    return (text, "") if _said(text) else ("", INVENTED)


def _said(text: str) -> bool:
    return _LETTER.search(text) is not None


def unechoed(case: Case, reply: str) -> str:
    """A reply without the copies of the case's turns that it begins with."""
    if not _begins(reply, {first[0].lower() for turn in case.turns if (first := _WORD.search(turn.text))}):
        return reply
    turns = [(tuple(_words(turn.text)), turn.role) for turn in case.turns]
    shown = sorted((said for said, role in turns if role != "assistant" and len(said) >= LEAST), key=len, reverse=True)
    answers = [said for said, role in turns if role == "assistant" and len(said) >= LEAST]
    spans = [(m[0].lower(), m.end()) for m in _WORD.finditer(reply)]
    said = [word for word, _ in spans]
    at = 0
    while at < len(said):
        start = at
        while start < len(said) and said[start] in _ROLES:
            start += 1
        # What the script lets the model say is a copy only behind one: saying it again may be the answer.
        known = [*shown, *answers] if at else shown
        # A turn may itself begin with a name such as "User:", which else stands before a copy.
        copies = ((begin, turn) for begin in dict.fromkeys((at, start)) for turn in known)
        end = next((b + len(turn) for b, turn in copies if tuple(said[b : b + len(turn)]) == turn), 0)
        if not end:
            rests = [said[begin:] for begin in dict.fromkeys((at, start))]
            if at and not rests[-1]:
                return ""
            broken = any(_broken_off(rest, turn, reply, again=at > 0) for rest in rests for turn in known)
            at = len(said) if broken else start if at else 0
            break
        at = end
    return reply[spans[at - 1][1] :].lstrip(_REST) if at else reply


def _begins(reply: str, firsts: set[str]) -> bool:
    """Whether a reply may begin with a copy: most do not, and need no further look."""
    for match in _WORD.finditer(reply):
        word = match[0].lower()
        if word in firsts or word not in _ROLES:
            return word in firsts
    return False


def _broken_off(rest: list[str], turn: tuple[str, ...], reply: str, *, again: bool) -> bool:
    """Whether all that is left is the beginning of a turn. One that ends with a sentence may be meant as an answer."""
    few = len(rest) < (LEAST if again else BROKEN) and not (again and sum(map(len, rest)) >= LONG)
    if few or not 0 < len(rest) <= len(turn) or tuple(rest[:-1]) != turn[: len(rest) - 1]:
        return False
    return turn[len(rest) - 1].startswith(rest[-1]) and (again or _ENDED.search(reply[-20:]) is None)


def one_turn(case: Case, reply: str) -> str:
    """A reply up to where another turn begins."""
    lead = _LEAD.match(reply)
    text = reply[lead.end() :] if lead else reply
    if "\n" not in text and _TURN.search(text) is None:
        return text if lead and _TAG.search(lead[0]) else reply
    start = _past(case, text)
    text = text[start:].lstrip(_REST) if start else text
    end = _end(case, text)
    return reply if end == len(text) and not start and not (lead and _TAG.search(lead[0])) else text[:end]


def _past(case: Case, text: str) -> int:
    """Where the answer begins behind questions of the case that the reply writes down again; 0 where it does not."""
    start = 0
    for _ in range(RESTATED):
        head = _TURN.search(text, start)
        line = next(_opening_lines(case, text, start), None)
        if line is not None and (head is None or line < head.start()):
            begins, asked, head = line, line, None
        elif head is not None and head["head"] is not None:
            begins, asked = head.start(), head.end("head")
        else:
            return start
        if not _announced(case, text[start:begins]):
            return start
        end = _copied(case, text, asked)
        if not end and head is not None and (answer := _ANSWER.search(text, asked)):
            long = sum(1 for _ in islice(_WORD.finditer(text, asked, answer.start()), BROKEN)) == BROKEN
            end = answer.start() if long and _restated(case, text, head) else 0
        if not end:
            return start
        start = end
    return start


def _copied(case: Case, text: str, at: int) -> int:
    """Where a whole turn of the case ends that is written down word for word from a place on; 0 where none is."""
    for turn in case.turns:
        said = list(_words(turn.text))
        found = list(islice(_WORD.finditer(text, at), len(said)))
        if len(said) >= BROKEN and [match[0].lower() for match in found] == said:
            return found[-1].end()
    return 0


def _end(case: Case, text: str) -> int:
    """Where another turn begins; the end of the text where none does."""
    first = _once_more(case, text)
    for place, match in enumerate(_TURN.finditer(text, 0, first)):
        restated = place < RESTATED and match["head"] is not None and _announced(case, text[: match.start()])
        if not (restated and _restated(case, text, match)):
            return match.start()
    return first


def _announced(case: Case, before: str) -> bool:
    """Whether nothing was answered before: nothing at all, or only that something follows ("Let me look at this.")."""
    if head := _HEADING.search(before, max(0, len(before) - 60)):
        before = before[: head.start()]
    if before.rstrip().endswith(":") or not _said(before):
        return True
    if before.count(" ") > PREFACE or _SAYS.search(before):
        return False
    low, expect = before.lower(), case.expect
    known = (expect.answer, expect.best, expect.worst, *expect.aliases, *expect.wrong, *expect.options)
    return not any(len(one) > 1 and one.lower() in low for one in known)


def _once_more(case: Case, text: str) -> int:
    """The place of the first line that begins as a user's turn of the case does; the end of the text without one."""
    lines = (line for line in _opening_lines(case, text) if not _announced(case, text[:line]))
    return next(lines, len(text))


def _opening_lines(case: Case, text: str, start: int = 0) -> Iterator[int]:
    """The ends of the lines behind which a user's turn of the case begins once more."""
    if "\n" not in text:
        return
    openings = {tuple(islice(_words(turn.text), OPENING)) for turn in case.turns if turn.role == "user"}
    document = tuple(islice(_words(case.question), DOCUMENT))
    retold = document[:OPENING] if len(document) == DOCUMENT else ()
    firsts = {words[0] for words in openings if len(words) == OPENING}
    for line in _LINE.finditer(text, start):
        if line[1].lower() in firsts:
            said = tuple(m[0].lower() for m in islice(_WORD.finditer(text, line.start(1)), OPENING))
            # What retells a document may begin as it does, behind no more than a preface.
            preface = said == retold and len(list(islice(_WORD.finditer(text, start, line.start()), PREFACE))) < PREFACE
            if said in openings and not preface:
                yield line.start()


def _restated(case: Case, text: str, head: re.Match[str]) -> bool:
    """Whether a question is the prompt's own once more, but for a word in ten; names and numbers must be its own."""
    answer = _ANSWER.search(text, head.end())
    end = answer.start() if answer else head.end()
    if not (answer or _said(head["rest"])):  # the question stands on the next line
        end = text.find("\n", head.end() + len(_BLANK.match(text, head.end())[0]))  # type: ignore[index]
    line = text[head.start("rest") : end if end >= 0 else len(text)]
    known = {word for turn in case.turns for word in _words(turn.text)}
    words = [match[0] for match in _WORD.finditer(line)]
    new = [word for word in words if word.lower() not in known]
    return bool(words) and ALTERED * len(new) <= len(words) and not any(w[0].isupper() or w[0].isdigit() for w in new)


def _words(text: str) -> Iterator[str]:
    return (match[0].lower() for match in _WORD.finditer(text))


__all__ = ["ECHO", "INVENTED", "one_turn", "own", "unechoed"]
