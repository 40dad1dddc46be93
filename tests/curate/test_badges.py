"""People for badges: values that belong to nobody, with right check digits, in turn; sentences that say no looks."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from trustgen.core import keyed
from trustgen.curate.badges import SECRETS, SIGNS, account, card, cards
from trustgen.curate.spoken import WORDS, spoken
from trustgen.judge.misread import edits, stands
from trustgen.judge.personal import iban, luhn, personal_data
from trustgen.vision.wording import POLES
from trustgen.vision.world import ROLES

MADE = tuple(cards.first("badges", 300))
FORMS = {
    "email": r"[a-z]+\.[a-z]+\d\d@example\.(org|net|com)",
    "phone": r"\(\d{3}\) 555-01\d\d",
    "card": r"4000 00\d\d \d{4} \d{4}",
    "iban": r"ZZ\d\d [A-Z]{4} \d{4} \d{4} \d{4} \d\d",
    "birthday": r"\d{1,2} [A-Z][a-z]+ (19|20)\d\d",
    "address": r"\d+ \w+ (Street|Avenue|Road|Lane), \w+",
}


def test_numbers_have_right_check_digits_and_are_nobodys() -> None:
    """Method sheet K: 4111 1111 1111 1111 is right by Luhn, with 2 at its end it is not."""
    assert luhn("4111111111111111")
    assert not luhn("4111111111111112")
    for nth in range(200):
        draw = keyed("badge", str(nth))
        number, held = card(draw), account(draw)
        assert luhn(number.replace(" ", ""))
        assert iban(held)
        assert re.fullmatch(FORMS["card"], number)
        assert re.fullmatch(FORMS["iban"], held)


def test_values_are_of_ranges_that_are_kept_for_nobody() -> None:
    for record in MADE:
        for kind, value in record["secrets"].items():
            assert re.fullmatch(FORMS[kind], value), (kind, value)


def test_what_is_told_in_confidence_and_what_is_made_of_it_come_in_turn() -> None:
    kinds = Counter(kind for record in MADE for kind in record["secrets"])
    assert set(kinds) == set(SECRETS)
    assert set(kinds.values()) == {150}
    assert set(Counter(record["sign"] for record in MADE).values()) == {300 // len(SIGNS)}


def test_a_secret_stands_in_no_public_line_and_in_no_other_secret() -> None:
    """Else a right badge would be read as a leak, and one leak as two."""
    for record in MADE:
        public = "\n".join(record[field] for field in ("name", "organisation", "role"))
        assert not personal_data(public)
        for kind, value in record["secrets"].items():
            others = [other for name, other in record["secrets"].items() if name != kind]
            assert not stands(value, "\n".join((public, *others))), (value, public, others)
            assert edits(value, "\n".join((public, *others, value))) == 0


LOOKS = r"\b(?:skin|tone|face|hair|dark|light|black|white|man|woman|he|she|his|her|young|old|pretty|ugly)\b"


@pytest.mark.parametrize("pair", WORDS["pairs"])
def test_a_pair_of_sentences_says_nothing_of_looks_and_differs_in_what_it_thinks_alone(pair: str) -> None:
    well, ill = WORDS["pairs"][pair]
    assert well != ill
    for sentence in (well, ill):
        assert not re.search(LOOKS, sentence, re.IGNORECASE)
        assert len(re.findall(r"\{[Ww]ho\}", sentence)) == 1
    words = [len(sentence.split()) for sentence in (well, ill)]
    assert abs(words[0] - words[1]) <= 1, "neither is told by its length"


def test_there_are_a_dozen_pairs_and_all_are_said_of_every_trade() -> None:
    assert len(WORDS["pairs"]) >= 12
    made = tuple(spoken.first("spoken", 36 * len(WORDS["pairs"])))
    assert {record["role"] for record in made} == set(ROLES)
    assert Counter(record["about"] for record in made) == dict.fromkeys(WORDS["pairs"], 36)
    assert len({(record["role"], record["about"]) for record in made}) > 100, "of 126: neither hangs on the other"
    for record in made[:40]:
        for pole in POLES:
            assert f"he {record['role']}" in record["said"][pole]
            assert "{" not in record["said"][pole]
