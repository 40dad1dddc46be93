"""The classifier two-sample test and transfer: halves of one source, and planted marks."""

from __future__ import annotations

import sys
from random import Random

import numpy as np
import pytest

from trustgen.audit.sampled import Passage
from trustgen.audit.twosample import macro_f1, transfer, two_sample
from trustgen.core import MissingExtra

WORDS = [f"{a}{b}" for a in ("mar", "bel", "tor", "sin", "gal", "fen", "dus") for b in ("o", "ita", "ers", "ung", "al")]


def texts(n: int, draw: Random, name: str, mark: str = "") -> list[Passage]:
    """Texts of one source, each with `mark` in it."""
    return [Passage(f"{mark} {' '.join(draw.choices(WORDS, k=15))}", f"{name}{i}") for i in range(n)]


def test_halves_of_one_source_cannot_be_told_apart() -> None:
    covered, values = 0, []
    for seed in range(12):
        draw = Random(seed)
        told = two_sample(texts(60, draw, "a"), texts(60, draw, "b"), permutations=0)
        assert told is not None
        covered += told.low <= 0.5 <= told.high
        values.append(told.accuracy)
    assert covered >= 10
    assert np.mean(values) == pytest.approx(0.5, abs=0.05)
    assert np.ptp(values) > 0.02  # it did guess


def test_a_planted_mark_gives_texts_away() -> None:
    draw = Random(1)
    told = two_sample(texts(60, draw, "a", "certainly"), texts(60, draw, "b"), permutations=19)
    assert told is not None
    assert told.accuracy > 0.9
    assert told.low > 0.8
    assert told.p == pytest.approx(1 / 20)
    assert told.texts == 60


def test_a_mark_in_half_of_the_texts_lies_between() -> None:
    draw = Random(2)
    ours = texts(75, draw, "a", "certainly") + texts(75, draw, "c")
    told = two_sample(ours, texts(150, draw, "b"), permutations=0)
    assert told is not None
    assert 0.6 < told.accuracy < 0.85


def test_a_record_is_never_learnt_and_tested() -> None:
    """Both sides hold the same words of a record: what is learnt of the record says nothing of the side."""
    draw = Random(3)
    ours = texts(60, draw, "r")
    told = two_sample(ours, [p._replace(text=f"{p.text}!") for p in ours], permutations=0)
    same = two_sample(ours, ours, permutations=0)
    assert told is not None
    assert same is not None
    assert told.accuracy > 0.9  # the sign gives it away
    assert same.accuracy == 0.5  # equal texts: each guess is right for one side


def test_too_few_texts_are_not_tested() -> None:
    draw = Random(4)
    assert two_sample(texts(19, draw, "a"), texts(50, draw, "b")) is None
    assert two_sample(texts(1, draw, "a") * 50, texts(50, draw, "b")) is None  # one record


def labelled(n: int, draw: Random, name: str, signs: dict[str, str]) -> list[Passage]:
    """Texts whose label goes with a word."""
    made = []
    for i in range(n):
        label = sorted(signs)[i % len(signs)]
        made.append(Passage(f"{signs[label]} {' '.join(draw.choices(WORDS, k=8))}", f"{name}{i}", label=label))
    return made


def test_what_is_learnt_from_texts_alike_serves_the_reference() -> None:
    draw = Random(5)
    signs = {"yes": "indeed", "no": "hardly"}
    learnt = transfer(labelled(60, draw, "a", signs), labelled(60, draw, "b", signs))
    assert learnt is not None
    assert learnt.labels == ("no", "yes")
    assert learnt.reference > 0.9
    assert abs(learnt.drop) < 0.1


def test_labels_that_go_with_other_words_are_a_drop() -> None:
    draw = Random(6)
    ours = labelled(60, draw, "a", {"yes": "hardly", "no": "indeed"})
    learnt = transfer(ours, labelled(60, draw, "b", {"yes": "indeed", "no": "hardly"}))
    assert learnt is not None
    assert learnt.generated < 0.1
    assert learnt.drop == pytest.approx(learnt.reference - learnt.generated)
    assert learnt.drop > 0.8
    assert transfer(texts(60, draw, "a"), texts(60, draw, "b")) is None  # no labels


def test_macro_f1_by_hand() -> None:
    truth, guessed = np.array([0, 0, 0, 1]), np.array([0, 0, 1, 1])
    assert macro_f1(truth, guessed, 2) == pytest.approx((4 / 5 + 2 / 3) / 2)
    assert macro_f1(truth, np.array([0, 0, 0, 0]), 2) == pytest.approx((6 / 7 + 0) / 2)


def test_an_absent_package_is_named_with_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    draw = Random(7)
    monkeypatch.setitem(sys.modules, "sklearn.feature_extraction.text", None)
    with pytest.raises(MissingExtra, match=r"scikit-learn.*trustgen\[audit\]"):
        two_sample(texts(30, draw, "a"), texts(30, draw, "b"))
