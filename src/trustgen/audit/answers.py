"""Whether the expected answer can be derived again: from the record, from the case that was varied, from the text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from trustgen.core import LETTERS, Case, Expect, Record

from .reading import NEGATIONS, Reading, function_words, plain, read
from .wording import MOST, NOTHING, Absent, akin, denials, synonym

VERDICTS = frozenset({"true", "false", "yes", "no"})
_ANYBODY = frozenset({"person", "human", "man", "woman", "thing", "place", "name"})
_ARTICLES = frozenset({"a", "an", "the"})


@dataclass(frozen=True)
class Known:
    """What is known to be right and to be wrong, from the base case or the record."""

    right: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()


def is_choice(expect: Expect) -> bool:
    """Whether the answer is a letter among options."""
    return len(expect.options) > 1 and expect.answer not in expect.options


def gold(expect: Expect) -> tuple[str, ...]:
    """The texts of the right answer: of a multiple-choice case, the option its letter names."""
    if is_choice(expect):
        place = LETTERS.find(expect.answer) if len(expect.answer) == 1 else -1
        return (expect.options[place],) if 0 <= place < len(expect.options) else ()
    return tuple(a for a in (expect.answer, *expect.aliases) if a)


def known(record: Record, base: Case | None) -> Known:
    """What a varied or worded case must answer to."""
    fields = record.fields
    answer = fields.get("answer")
    right = _texts(answer) + _texts(fields.get("aliases"))
    wrong = _texts(fields.get("distractors"))
    if base is None or base.expect.answer in VERDICTS:
        return Known(right, wrong)
    first = gold(base.expect)
    if is_choice(base.expect):
        wrong = tuple(o for o in base.expect.options if o not in first) + wrong
    else:
        wrong = base.expect.wrong + wrong
    more = right if any(same_answer(a, b) for a in first for b in right) else ()
    right = first + tuple(r for r in more if r not in first)
    return Known(right, tuple(w for w in dict.fromkeys(wrong) if not any(same_answer(w, r) for r in right)))


def _texts(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,) if value else ()
    if isinstance(value, int | float) and not isinstance(value, bool):
        return (str(value),)
    return tuple(str(v) for v in value if v) if isinstance(value, Sequence) else ()


def same_answer(one: str, other: str) -> bool:
    """Whether two answers say the same: articles, case, accents, plural and number words apart."""
    return one == other or _answer_key(one) == _answer_key(other)


@lru_cache(maxsize=20_000)
def _answer_key(text: str) -> tuple[str, ...]:
    if len(text) <= 2:
        return (text.strip(),)
    tokens = tuple(t for t in read(plain(text)).tokens if t not in _ARTICLES)
    return tokens or (text.strip().casefold(),)


# ── options ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def options_fault(case: Case) -> str:
    """Why the options cannot be used as they are; cheap enough for every case."""
    expect = case.expect
    if not is_choice(expect) or not expect.answer:
        return ""
    letters = LETTERS[: len(expect.options)]
    if len(expect.answer) != 1 or expect.answer not in letters:
        return "the answer is no option" if len(expect.answer) != 1 else "the answer is a letter without an option"
    if expect.wrong and set(expect.wrong) != set(letters) - {expect.answer}:
        return "the wrong letters are not the other letters"
    text = case.turns[-1].text if len(case.turns) == 1 else "\n".join(t.text for t in case.turns)
    for letter, option in zip(letters, expect.options, strict=True):
        if f"{letter}) {option}" not in text and f"{letter}. {option}" not in text:
            return f"option {letter} is not shown"
    return ""


def right_options(case: Case, facts: Known) -> str:
    """Exactly one option is right, and the letter is its letter."""
    expect = case.expect
    if not is_choice(expect) or not facts.right:
        return ""
    right = [i for i, option in enumerate(expect.options) if any(same_answer(option, r) for r in facts.right)]
    if not right:
        return "the right answer is no option"
    if len(right) > 1:
        return "two options are right"
    if LETTERS[right[0]] != expect.answer:
        return "the letter names a wrong option"
    keys = [_answer_key(option) for option in expect.options]
    return "two options say the same" if len(set(keys)) < len(keys) else ""


# ── open answers and verdicts ───────────────────────────────────────────────────────────────────────────────────────


def right_answer(case: Case, facts: Known) -> str:
    """The open answer is the known one, and no known wrong one is accepted."""
    expect = case.expect
    if is_choice(expect) or expect.answer in VERDICTS or not expect.answer or not facts.right:
        return ""
    if not any(same_answer(expect.answer, r) for r in facts.right):
        return "the expected answer is not the known one"
    if any(same_answer(a, w) for a in expect.aliases for w in facts.wrong):
        return "a wrong answer is accepted"
    return "a right answer counts as wrong" if any(same_answer(w, r) for w in expect.wrong for r in facts.right) else ""


_COMPARED = re.compile(
    r"\b(not )?(?:be )?(?:\w+ )?(before|after|until|more than|less than|fewer than|over|under|at least"
    r"|at most|exceed|above|below"
    r"|earlier than|later than|since|larger than|longer than|older than)\b(?: the)?(?: year)? ([\d.,]+)"
)


def claim_label(case: Case, base: Case | None, facts: Known) -> str:
    """The label of a claim is what the known answer makes of it; silent where rules cannot tell."""
    label = case.expect.answer
    if label not in ("true", "false") or not facts.right or (base is not None and base.expect.answer in VERDICTS):
        return ""
    claim = _claim(case, base)
    whole = base is not None and bool(base.question) and base.question not in "\n".join(t.text for t in case.turns)
    truth = _truth(claim, read(base.question) if base is not None and whole else None, facts)
    return (
        "" if truth is None or truth == (label == "true") else f"the claim is {str(truth).lower()}, its label {label}"
    )


def _claim(case: Case, base: Case | None) -> str:
    """What is claimed: the text without "true or false?" around it and without what its base said already."""
    text = case.question or case.turns[-1].text
    for turn in base.turns if base is not None else ():
        for sentence in read(turn.text).sentences:
            if len(sentence) > 8 and len(text) > len(sentence):
                text = text.replace(sentence, " ")
    said = [s for s in read(text).sentences if not re.search(r"\btrue\b.*\bfalse\b|\bone word\b", s.lower())]
    return " ".join(said) or text


def _truth(claim: str, asked: Reading | None, facts: Known) -> bool | None:
    if (numeric := _compared(claim, facts)) is not None:
        return numeric
    last = _last_clause(claim)
    told = read(claim).sentences
    for part in (last, claim) if last != claim else (claim,):
        said = read(part)
        right = any(mentions(said, r) for r in facts.right)
        wrong = any(mentions(said, w) for w in facts.wrong)
        if right == wrong:
            continue
        turned = denials(said)
        if asked is not None and len(told) == 1:
            turned -= denials(asked)
        return right ^ bool(turned % 2)
    return None


def _last_clause(claim: str) -> str:
    sentence = (read(claim).sentences or (claim,))[-1]
    return re.split(r",\s*so\s+|\btherefore\b|\bhence\b|\bthus\b|\bwhich means that\b", sentence)[-1]


def _compared(claim: str, facts: Known) -> bool | None:
    """The truth of "before 1990", "more than 3" against a numeric answer; None where the claim compares nothing."""
    values = [_number(r) for r in facts.right]
    value = next((v for v in values if v is not None), None)
    spoken = zip(read(claim).tokens, read(claim).written, strict=True)
    match = _COMPARED.search(" ".join(re.sub(r"th$", "", t) if t[0].isdigit() else w for t, w in spoken))
    if not match or value is None or (bound := _number(match[3])) is None:
        return None
    smaller = ("before", "until", "less than", "fewer than", "under", "below", "earlier than")
    rule = match[2]
    if rule in ("at least", "since"):
        truth = value >= bound
    elif rule == "at most":
        truth = value <= bound
    else:
        truth = value < bound if rule in smaller else value > bound
    return truth ^ bool(sum(t in NEGATIONS for t in match.string[: match.end()].split()) % 2)


def _number(text: str) -> float | None:
    digits = [re.sub(r"(?<=\d)th$", "", t) for t in read(text).tokens if t[0].isdigit()]
    try:
        return float(digits[0].replace(",", "")) if len(digits) == 1 else None
    except ValueError:
        return None


def mentions(said: Reading, answer: str) -> bool:
    """Whether an answer stands in a text, word for word or nearly so."""
    if len(answer) <= 2 and not answer.isdigit():
        return answer not in ("A", "I", "a") and answer in said.words
    wanted = _spoken(answer)
    if not wanted:
        return False
    tokens = _spoken(said.text)
    if len(wanted) == 1:
        return any(t == wanted[0] or (len(t) > 4 and len(wanted[0]) > 4 and _like(t, wanted[0])) for t in tokens)
    n = len(wanted)
    return any(tokens[i : i + n] == wanted for i in range(len(tokens) - n + 1))


@lru_cache(maxsize=4096)
def _spoken(text: str) -> tuple[str, ...]:
    return tuple(t for t in read(plain(text)).tokens if t not in _ARTICLES)


def _like(one: str, other: str) -> bool:
    """Deep, deeper, deepest; France, France's: the same word but for its ending."""
    for ending in ("est", "er", "st", "r", "s"):
        one, other = one.removesuffix(ending), other.removesuffix(ending)
    return one == other


# ── given away ──────────────────────────────────────────────────────────────────────────────────────────────────────


def given_away(case: Case, before: str, facts: Known) -> str:
    """The answer stands in a question that did not hold it before; `before` is the text that was reworded."""
    if case.expect.answer in VERDICTS or not facts.right:
        return ""
    said, was = asked_text(case), read(before)
    rights = [r for r in facts.right if (len(r) > 1 or r == facts.right[0]) and not _empty(r)]
    told = [r for r in rights if mentions(said, r) or _in_pieces(said, was, r)]
    fresh = [r for r in told if not mentions(was, r)]
    wrongs = [w for w in facts.wrong if mentions(said, w) and not mentions(was, w) and not _from_before(w, said, was)]
    if fresh and not wrongs and len(fresh) == len(told):
        return "gives the answer away"
    if wrongs and not told and " or " not in said.text and not any(mentions(was, r) for r in facts.right):
        return f"states a wrong answer, `{wrongs[0]}`"
    return ""


def asked_text(case: Case) -> Reading:
    """What a case asks, without its options."""
    text = case.question or "\n".join(turn.text for turn in case.turns if turn.role == "user")
    if is_choice(case.expect) and not case.question:
        for letter, option in zip(LETTERS, case.expect.options, strict=False):
            text = text.replace(f"{letter}) {option}", "")
    return read(text)


def _empty(answer: str) -> bool:
    """Whether an answer is a word that any question may hold: none, all, it."""
    return all(t in NEGATIONS or t in function_words() for t in read(plain(answer)).tokens)


def _from_before(wrong: str, said: Reading, was: Reading) -> bool:
    """Whether a wrong answer stands in a question for another reason: as the kind of thing asked for, or as a form of
    a word that was there (Brazilian, of Brazil)."""
    tokens = read(plain(wrong)).content
    asked = re.search(rf"\b(?:which|what) (?:\w+ )?{re.escape(wrong.lower())}s?\b", said.text.lower())
    return bool(asked) or (bool(tokens) and all(len(t) > 4 and any(t[:5] == w[:5] for w in was.bag) for t in tokens))


def _in_pieces(said: Reading, was: Reading, answer: str) -> bool:
    """Whether all content words of a longer answer stand in the text, apart or turned round, and none did before."""
    wanted = {t for t in read(plain(answer)).content if len(t) > 1}
    return len(wanted) > 1 and wanted <= said.bag and not wanted & was.bag


# ── the subject ─────────────────────────────────────────────────────────────────────────────────────────────────────


def subject_lost(record: Record, before: str, after: str) -> Absent:
    """The words of the record's subject that are not named any more, though `before` named them (or is empty)."""
    subject = record.fields.get("subject")
    if not isinstance(subject, str) or not subject.strip():
        return NOTHING
    said, was, own = (read(_counted(plain(text))) for text in (after, before, subject))
    few = len(own.content) <= 3 and (not before or _stands_in(own, was))
    parts = [t for t in dict.fromkeys(own.content) if t not in MOST | _ANYBODY and (not before or _near(t, was))]
    written = read(plain(after))
    missing = [t for t in parts if not _near(t, said) and not _initials(t, written, plain(subject))]
    if missing if few else len(parts) > 1 and len(missing) * 3 > len(parts) * 2:
        return Absent(tuple(missing), len(parts), subject)
    return NOTHING


def _counted(text: str) -> str:
    """Ordinal numbers as plain ones, so that the Ninth is No. 9."""
    return " ".join(re.sub(r"(?<=\d)th$", "", t) if t[0].isdigit() else w for t, w in _both(read(text)))


def _both(reading: Reading) -> Iterable[tuple[str, str]]:
    return zip(reading.tokens, reading.written, strict=True)


def _stands_in(part: Reading, whole: Reading) -> bool:
    wanted = [t for t in part.tokens if t not in _ARTICLES]
    tokens = [t for t in whole.tokens if t not in _ARTICLES]
    return any(tokens[i : i + len(wanted)] == wanted for i in range(len(tokens) - len(wanted) + 1))


def _near(token: str, reading: Reading) -> bool:
    if token in reading.bag or synonym(token, reading):
        return True
    return len(token) >= 4 and any(
        (t.startswith(token) or token.startswith(t) or akin(t, token)) and len(t) >= 4 for t in reading.bag
    )


def _initials(token: str, reading: Reading, subject: str) -> bool:
    written = [w for w in reading.words if w[0].isupper()]
    initials = "".join(w[0] for w in written).lower()
    if len(token) <= 6 and token in initials:
        return True
    short = "".join(w[0] for w in subject.split() if w[0].isupper())
    return len(short) > 1 and short in reading.words


def words_of(record: Record, names: Iterable[str] = ("subject", "relation")) -> str:
    """The record's own words, for a case that was made from no other."""
    told = [record.fields.get(name) for name in names]
    return " ".join(t for t in told if isinstance(t, str))


__all__ = [
    "VERDICTS", "Known", "asked_text", "claim_label", "given_away", "gold", "is_choice", "known", "mentions",
    "options_fault", "right_answer", "right_options", "same_answer", "subject_lost", "words_of",
]  # fmt: skip
