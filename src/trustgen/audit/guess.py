"""What a learner that has read one edition gets right in another, without knowing anything of the world.

A model may have been trained on a published edition. If words alone then give the answers of the next, the next one is
no test of anything else.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import msgspec
import numpy as np

from trustgen.core import LETTERS, Case, Expect, MissingExtra

from .sampled import asked, record_rate
from .twosample import one_thread

SOME = 10
"""Records that a set of answers needs in either edition to be learnt and tested."""
FEW = 8
"""Answers up to which what has no options counts as labelled."""
ROOM = 1_200
"""Cases that a learner of choices reads of an edition, at most."""


class Guess(msgspec.Struct, frozen=True, kw_only=True):
    """One reader's score on B after learning on A.

    `answers` names the set of answers, `reader` what it saw: "words" (the prompt), "option" (the option alone) or
    "option by words" (each word of an option beside each of the question). `right` is the share of `cases` guessed
    right, with 95 % limits over records; `even` what guessing evenly gets, `constant` the most frequent answer.
    """

    answers: str
    reader: str
    cases: int
    right: float
    low: float
    high: float
    even: float
    constant: float

    @property
    def chance(self) -> float:
        """What is had without reading: the better of guessing evenly and giving one answer always."""
        return max(self.even, self.constant)

    @property
    def gain(self) -> float:
        """How far above chance, in −1..1."""
        return self.right - self.chance


class Asked(NamedTuple):
    """A case with a gold answer among few. `options` are texts; `gold` is the place of the right one."""

    text: str
    cluster: str
    options: tuple[str, ...]
    gold: int

    @property
    def expect(self) -> Expect:
        """The same, as a case states it."""
        return Expect(answer=self.options[self.gold], options=self.options)


def guesses(a: Sequence[Case], b: Sequence[Case]) -> list[Guess]:
    """Every reader on every set of answers of a task. Raises `MissingExtra` where scikit-learn is absent."""
    before, after = by_answers(a), by_answers(b)
    found = []
    for name in before:
        learnt, tested = before[name], after.get(name, [])
        if min(len({x.cluster for x in learnt}), len({x.cluster for x in tested})) < SOME:
            continue
        if name and min(len({x.gold for x in of}) for of in (learnt, tested)) > 1:
            found.append(_labels(name, learnt, tested))
        elif not name:
            found += _choices(learnt[:ROOM], tested[:ROOM])
    return found


def by_answers(cases: Sequence[Case]) -> dict[str, list[Asked]]:
    """Cases with a gold answer, by the set of answers; "" for choices among options that differ from record to record.

    What is played has no answer that could be guessed. A set needs `SOME` records: the arms of one are no set.
    """
    told = (case for case in cases if not case.play and (case.expect.answer or case.expect.best))
    read = [(case, *_answer(case)) for case in told]
    sets = Counter(options for _, options in {(case.cluster, frozenset(options)) for case, options, _ in read})
    free = Counter(gold for _, gold in {(case.cluster, gold) for case, options, gold in read if not options})
    few = tuple(sorted(answer for answer in free if free[answer] >= SOME)) if len(free) <= FEW else ()
    found: dict[str, list[Asked]] = defaultdict(list)
    for case, options, gold in read:
        if not options and gold in few and len(few) > 1:
            found[" / ".join(few)].append(Asked(_prompt(case), case.cluster, few, few.index(gold)))
        elif gold in options and sets[frozenset(options)] >= SOME:
            labels = tuple(sorted(options))
            found[" / ".join(labels)].append(Asked(_prompt(case), case.cluster, labels, labels.index(gold)))
        elif gold in options:
            question = asked(case)
            for option in options:
                question = question.replace(option, " ")
            found[""].append(Asked(question, case.cluster, options, options.index(gold)))
    return found


def _answer(case: Case) -> tuple[tuple[str, ...], str]:
    """The options of a case and its gold answer as text; no options where the answer is not one of them.

    Where nothing but the best reply is known, as with what is to be declined, that is the answer.
    """
    options, gold = case.expect.options, case.expect.answer or case.expect.best
    if gold in options:
        return options, gold
    place = LETTERS.find(gold) if len(gold) == 1 else -1
    return (options, options[place]) if 0 <= place < len(options) else ((), gold)


def _prompt(case: Case) -> str:
    return "\n".join(turn.text for turn in case.turns)


def _labels(name: str, learnt: Sequence[Asked], tested: Sequence[Asked]) -> Guess:
    """One of a few labels from the words of the prompt."""
    texts = [x.text for x in learnt]
    reader = _reader(texts, ngram_range=(1, 2), min_df=2)
    model = _fit(reader.transform(texts), [x.gold for x in learnt])
    guessed = model.predict(reader.transform([x.text for x in tested]))
    hits = [float(x.gold == said) for x, said in zip(tested, guessed, strict=True)]
    return _told(name, "words", hits, tested)


def _choices(learnt: Sequence[Asked], tested: Sequence[Asked]) -> Iterator[Guess]:
    """The right one of the options, from the option alone and from what it shares with the question."""
    seen, asked_before = _pairs(learnt)
    new, asked_after = _pairs(tested)
    right = [place == x.gold for x in learnt for place in range(len(x.options))]
    options = _reader(seen, ngram_range=(1, 2), min_df=2)
    words, asks = _reader(seen, min_df=2, binary=True), _reader(asked_before, min_df=5, max_df=0.6, binary=True)
    alone = (options.transform(seen), options.transform(new))
    both = (
        _crossed(words.transform(seen), asks.transform(asked_before)),
        _crossed(words.transform(new), asks.transform(asked_after)),
    )
    for reader, (before, after) in (("option", alone), ("option by words", both)):
        likely = _fit(before, right).decision_function(after)
        hits, at = [], 0
        for x in tested:
            of = likely[at : at + len(x.options)]
            best = np.flatnonzero(of == of.max())
            hits.append(float(x.gold in best) / len(best))  # a tie is a draw
            at += len(x.options)
        yield _told("the options shown", reader, hits, tested)


def _pairs(cases: Sequence[Asked]) -> tuple[list[str], list[str]]:
    """Every option, and beside it the question it answers."""
    return [option for x in cases for option in x.options], [x.text for x in cases for _ in x.options]


def _crossed(options: Any, asks: Any) -> Any:
    """Each word of the option beside each of the question, and the option's words by themselves."""
    from scipy.sparse import csr_array, hstack

    width = asks.shape[1]
    lengths = np.diff(asks.indptr)
    columns, ends = [], [0]
    for row in range(options.shape[0]):
        mine = options.indices[options.indptr[row] : options.indptr[row + 1]]
        theirs = asks.indices[asks.indptr[row] : asks.indptr[row + 1]]
        columns.append((mine[:, None].astype(np.int64) * width + theirs[None, :]).ravel())
        ends.append(ends[-1] + len(mine) * int(lengths[row]))
    places = np.concatenate(columns) if columns else np.zeros(0, dtype=np.int64)
    shape = (options.shape[0], options.shape[1] * width)
    return hstack([options, csr_array((np.ones(len(places)), places, ends), shape=shape)]).tocsr()


def _told(answers: str, reader: str, hits: Sequence[float], tested: Sequence[Asked]) -> Guess:
    limits = record_rate(hits, [x.cluster for x in tested])
    most = Counter(x.gold for x in tested).most_common(1)[0][1]
    return Guess(
        answers=answers,
        reader=reader,
        cases=len(hits),
        right=limits.value,
        low=limits.low,
        high=limits.high,
        even=sum(1 / len(x.options) for x in tested) / len(tested),
        constant=most / len(tested),
    )


def _reader(texts: Sequence[str], **settings: Any) -> Any:
    """Counts of the words of these texts; of none where they have no word in common."""
    try:
        from sklearn.feature_extraction.text import CountVectorizer
    except ImportError:
        what = "guessing an edition from another"
        raise MissingExtra(what, "scikit-learn", "pip install 'trustgen[audit]'") from None
    try:
        return CountVectorizer(token_pattern=r"\w+", **settings).fit(texts)
    except ValueError:  # no word is left
        return CountVectorizer(vocabulary=["\0"])


def _fit(features: Any, truth: Sequence[Any]) -> Any:
    from sklearn.linear_model import SGDClassifier

    # Logistic regression by descent: measured as right as `lbfgs` here and a tenth of its time on crossed words.
    with one_thread():
        return SGDClassifier(loss="log_loss", alpha=1e-4, max_iter=30, tol=None, random_state=0).fit(features, truth)
