"""Passages that have to be read: what is said of them is read off their sentences again, and looking for names and
numbers that they lack tells nothing.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

import pytest
from answers import cases, task
from known.truthfulness import SPOT, SUMMARY

from trustgen.core import Case, Record
from trustgen.curate.passages import SHAPES, made
from trustgen.curate.statements import CELLS, PLANTS, STEPS
from trustgen.curate.twins import EXTRAS, WORDS
from trustgen.judge.support import sentences, support

PERSON = re.compile(r"\b[A-Z][a-z]+ [A-Z][a-z]+\b")
NUMBER = re.compile(r"\d+(?:,\d{3})*")
OPENERS = {"Thank", "Now", "That", "Does", "Is"}
"""Words of the prompts that begin with a capital."""


class Read(NamedTuple):
    """What a reader of the passage alone knows: of each thing its year, size and people; of phrases, their thing."""

    things: tuple[str, ...]
    years: dict[str, int]
    sizes: dict[str, int]
    of: dict[str, str]  # a person or a phrase: its thing
    heirs: tuple[str, ...]
    halves: dict[str, int]  # how many in which time
    later: dict[str, int]


def number(text: str) -> int:
    return int(text.replace(",", ""))


def read(record: Record) -> Read:
    """Reads sentence by sentence: "it" is the thing spoken of last, "the other one" is not."""
    *things, _ = record["names"]
    one, other = things
    found = Read(tuple(things), {}, {}, {}, (), {}, {})
    paragraphs = [re.split(r"(?<=\.) ", paragraph) for paragraph in record["passage"].split("\n\n")]
    *told, halves_or_heirs, last = list(islice((s for p in paragraphs for s in p), 1, None))
    thing, somebody = "", ""
    for sentence in told:
        named = [name for name in things if name.lower() in sentence.lower()]
        bare = sentence
        for name in named:
            bare = re.sub(re.escape(name), "", bare, flags=re.IGNORECASE)
        pronoun = re.match(r"(?:She|He) (.+)\.", sentence)
        if pronoun:
            found.of[pronoun[1]] = found.of[somebody]
            continue
        thing = named[0] if named else ({one: other, other: one}[thing] if "he other" in sentence else thing)
        if people := PERSON.findall(bare):
            (somebody,) = people
            found.of[somebody] = thing
        elif years := re.search(r"\b1[789]\d\d\b", bare):
            found.years[thing] = int(years[0])
        elif "years later" in bare:
            found.later[thing] = number(NUMBER.findall(bare)[0])
        elif numbers := NUMBER.findall(bare):
            found.sizes[thing] = number(numbers[0])
        else:
            found.of[re.sub(r"^(?:It|The other \w+) ", "", bare).strip(" .")] = thing
    for sentence in (halves_or_heirs, last):
        if numbers := NUMBER.findall(sentence):
            for period in WORDS["halves"]["periods"]:
                if period["first"].lower() in sentence.lower() and period["second"] in sentence:
                    found.halves.update({period["first"]: number(numbers[0]), period["second"]: number(numbers[1])})
        else:
            bare = sentence.replace(one, "").replace(other, "")
            found = found._replace(heirs=tuple(PERSON.findall(bare)))
    return found


def meant(text: str, known: Read) -> Iterator[str]:
    """The thing that each part of a statement points to."""
    yield from (name for name in known.things if name in text)
    yield from (thing for part, thing in known.of.items() if part in text)
    yield from (thing for thing, year in known.years.items() if str(year) in text)
    yield from (thing for thing, size in known.sizes.items() if re.search(rf"(?<![\d,]){size:,}(?![\d,])", text))
    if side := re.search(r"the (older|younger) of", text):
        yield (min if side[1] == "older" else max)(known.years, key=lambda thing: known.years[thing])
    if any(size["top"] in text for kind in WORDS["kind"] for size in kind["sizes"]):
        yield max(known.sizes, key=lambda thing: known.sizes[thing])


def ordered(text: str, known: Read) -> bool:
    """Whether what came first came first, and what is more is more."""
    if all(heir in text for heir in known.heirs):
        first = text.startswith(known.heirs[0])
        return first != (" after " in text)
    if any(period in text for period in known.halves):
        one, other = sorted(known.halves, key=text.index)
        return known.halves[one] > known.halves[other]
    start = next(iter(meant(re.split(r" before | after | than ", text)[0], known)))
    end = next(thing for thing in known.things if thing != start)
    if " before " in text or " after " in text:
        return (known.years[start] < known.years[end]) == (" before " in text)
    return known.sizes[start] > known.sizes[end]


def worked_out(text: str, known: Read) -> bool:
    """Whether the number of a statement is what comes out."""
    (told,) = (number(one) for one in NUMBER.findall(text))
    years, sizes, halves = (list(values.values()) for values in (known.years, known.sizes, known.halves))
    if any(period["both"] in text for period in WORDS["halves"]["periods"]):
        return told == sum(halves)
    if any(period in text for period in known.halves):
        one, other = sorted(known.halves, key=text.index)
        return told == known.halves[one] - known.halves[other]
    if "years before" in text:
        start = next(iter(meant(text.split(" years before ", maxsplit=1)[0], known)))
        return told == abs(years[0] - years[1]) and known.years[start] == min(years)
    if " in all" in text:
        return told == sum(sizes)
    if " than " in text:
        start = next(iter(meant(text.split(" than ", maxsplit=1)[0], known)))
        return told == abs(sizes[0] - sizes[1]) and known.sizes[start] == max(sizes)
    ((thing, lasted),) = known.later.items()
    return thing in text and told == known.years[thing] + lasted


def true(plant: str, text: str, known: Read) -> bool:
    """Whether the passage bears a statement out, as far as a reader of its sentences can tell."""
    if plant == "order":
        return ordered(text, known)
    if plant == "derived":
        return worked_out(text, known)
    pointed = list(meant(text, known))
    assert len(pointed) > 1, text
    return len(set(pointed)) == 1


@pytest.mark.parametrize("first", range(0, 600, 200))
def test_right_and_wrong_are_read_off_the_sentences_again(first: int) -> None:
    for index in range(first, first + 200):
        record = made.make("read", index)
        known = read(record)
        assert set(known.years) == set(known.sizes) == set(known.things), record["passage"]
        for one in record["claims"]:
            assert true(one["plant"], one["right"], known), (one["right"], record["passage"])
            assert not true(one["plant"], one["wrong"], known), (one["wrong"], record["passage"])
        for one in record["plain"]:
            assert len(set(meant(one["says"], known))) == 1


def test_there_are_many_contents_and_every_cell_of_them() -> None:
    records = [made.make("many", index) for index in range(600)]
    assert len({record["core"] for record in records}) > 450
    assert all(tuple((c["plant"], c["steps"]) for c in r["claims"]) == CELLS for r in records)
    assert len({record["passage"] for record in records}) == 600
    assert Counter(record["difficulty"] for record in records) == dict.fromkeys(EXTRAS, 200)
    lengths = {length: {len(re.findall(r"\.(?=\s|$)", r["passage"])) for r in records if r["difficulty"] == length}
               for length in EXTRAS}  # fmt: skip
    assert lengths == {"short": {10}, "medium": {12}, "long": {14}}
    assert {record["core"].split("|")[1] for record in records} == set(SHAPES)


def test_a_wrong_statement_names_nothing_new_and_a_derived_number_is_nowhere() -> None:
    for index in range(300):
        record = made.make("new", index)
        known = set(map(number, NUMBER.findall(record["passage"])))
        for one in record["claims"]:
            for text in (one["right"], one["wrong"]):
                assert all(name in record["passage"] for name in PERSON.findall(text))
                new = set(map(number, NUMBER.findall(text))) - known
                assert bool(new) == (one["plant"] == "derived"), text


def by_pair(n: int = 100, salt: str = "labels") -> Iterator[tuple[Case, Case]]:
    """Clean and planted, side by side."""
    all_ = cases(SPOT, n, salt)
    yield from zip(all_[::2], all_[1::2], strict=True)


def apart(case: Case, passage: str) -> str:
    """The text beside the passage."""
    return case.turns[0].text.replace(passage, "")


def test_what_is_planted_is_all_that_differs() -> None:
    records = {record.id: record for record in task(SPOT, 100).records.select("labels")}
    golds: Counter[tuple[str, str]] = Counter()
    seen: Counter[str] = Counter()
    steps: dict[str, set[str]] = defaultdict(set)
    for clean, planted in by_pair():
        record = records[clean.cluster]
        assert (clean.tags["class"], planted.tags["class"]) == ("clean", "planted")
        assert {clean.expect.answer, planted.expect.answer} == {"yes", "no"}
        assert (clean.expect.answer == "yes") == (clean.tags["asks"] == "supported")
        (of,) = (
            c for c in record["claims"] if (c["plant"], c["steps"]) == (clean.tags["plant"], clean.tags["difficulty"])
        )
        one, other = (apart(case, record["passage"]) for case in (clean, planted))
        assert one.lower().replace(of["right"].lower(), "#") == other.lower().replace(of["wrong"].lower(), "#")
        golds[clean.tags["asks"], clean.expect.answer] += 1
        seen[clean.tags["plant"]] += 1
        steps[clean.cluster].add(clean.tags["difficulty"])
    assert min(golds.values()) > 100
    assert min(seen[plant] for plant in PLANTS) > 50
    assert all(of == set(STEPS) for of in steps.values())


def test_what_stands_beside_a_statement_does_not_give_it_away() -> None:
    """No text says what settles the statement that is checked."""
    for index in range(200):
        record = made.make("beside", index)
        for of in record["claims"]:
            apart_from = [one for one in record["plain"] if one["of"] not in of["of"]]
            assert len(apart_from) >= 3


def test_looking_for_names_and_numbers_that_the_passage_lacks_is_worth_nothing() -> None:
    """Lesson: of the passages before these, such a reader told .91 of clean and planted texts apart."""
    records = {record.id: record for record in task(SPOT, 200).records.select("tokens")}
    right: dict[str, list[bool]] = defaultdict(list)
    for case in cases(SPOT, 200, "tokens"):
        passage = records[case.cluster]["passage"]
        text = re.sub(r"(?m)^(?:[A-Z][\w ]*?: )?", "", apart(case, passage))
        known = set(re.findall(r"[\w,]*\w", passage))
        names = {word for run in PERSON.findall(text) for word in run.split()} | set(NUMBER.findall(text))
        lacks = bool(names - known - OPENERS)
        right[case.tags["class"]].append(lacks == (case.tags["class"] == "planted"))
    shares = [sum(found) / len(found) for found in right.values()]
    assert 0.4 < sum(shares) / 2 < 0.6, shares


def test_summaries_are_of_the_passage_and_the_bad_one_errs_once() -> None:
    for case in cases(SUMMARY, 60, "labels"):
        follows, points = case.tags["follows"], case.tags["points"]
        assert case.question in case.turns[0].text
        best, (worst,) = case.expect.answer, case.expect.wrong
        assert support(best, case.question, follows, points)[:2] == ((), 1.0)
        between = " years before " in best  # which the rule works out by itself
        assert len(support(best, case.question).missing) == (not between), "what is worked out stands nowhere"
        found = support(worst, case.question, follows, points)
        assert len(found.missing) == 1
        assert 0 < found.told < 1
        assert sentences(best) == (1 if case.arm == "one_sentence" else 2)


def test_every_right_statement_is_borne_out_and_every_wrong_number_is_not() -> None:
    for index in range(40):
        record = made.make("borne", index)
        follows = "; ".join(f"{value:,}" for value in record["follows"])
        for one in record["claims"]:
            right, wrong = (f"{text[0].upper()}{text[1:]}." for text in (one["right"], one["wrong"]))
            assert not support(right, record["passage"], follows).missing, right
            assert bool(support(wrong, record["passage"], follows).missing) == (one["plant"] == "derived"), wrong


def test_the_words_of_a_kind_fit_one_another() -> None:
    for kind in WORDS["kind"]:
        for role in kind["roles"]:
            assert role["did"].count("{it}") == 1
            assert all({"{it}", "{value}"} <= set(re.findall(r"\{\w+\}", says)) for says in role["says"])
        for size in kind["sizes"]:
            assert size["by"].endswith("than")
            assert all({"{it}", "{value}"} <= set(re.findall(r"\{\w+\}", says)) for says in size["says"])
        assert kind["began"]["verb"].startswith("was ")
        # What is told of one thing alone must be open for the other: nothing that only one of two can have.
        assert not [one for one in kind["solo"] if re.search(r"\b(?:only|first|oldest|largest|best)\b", one)]
