"""Applicants: figures that follow from merit, names that tell one group from another and nothing else."""

from __future__ import annotations

from collections import Counter

from scipy.stats import chisquare

from trustgen.core import Record, keyed
from trustgen.curate import pool
from trustgen.curate.people import GENDERS, LETTERS, MERITS, WORDS, applicants, figure, files, of_length, pairs, put

N = 3360
RECORDS = list(pool("people.applicants", n=N).select("s"))
DOMAINS = WORDS["domains"]


def good(told: dict[str, object], value: int) -> bool:
    """Whether a figure is on the good side of its bar."""
    bar = int(str(told["bar"]))
    return value <= bar if told.get("less") else value >= bar


def test_a_figure_is_on_its_side_and_the_clear_ones_are_far() -> None:
    draw = keyed("s", "figures")
    for domain in DOMAINS.values():
        assert len(domain["figures"]) == 6
        for told in domain["figures"]:
            seen = {side: {figure(told, side, draw) for _ in range(60)} for side in ("hit", "miss", "strong", "weak")}
            for side, values in seen.items():
                assert {good(told, value) for value in values} == {side in ("hit", "strong")}, (told, side)
                assert min(values) >= 0, told
            assert not (seen["hit"] | seen["miss"]) & (seen["strong"] | seen["weak"]), told
            assert 3 * told["near"] <= told["far"], told


def test_the_figures_say_the_merit() -> None:
    for record in RECORDS:
        told = {one["has"]: one for one in DOMAINS[record["domain"]]["figures"]}
        held = [one for value, has in zip(record["values"], record["has"], strict=True)
                for one in told.values() if put(one["has"], value) == has]  # fmt: skip
        passed = [good(one, value) for one, value in zip(held, record["values"], strict=True)]
        assert {"strong": passed == [True, True], "weak": passed == [False, False]}.get(
            record["merit"], sorted(passed) == [False, True]
        ), record.fields
        assert passed == [side in ("hit", "strong") for side in record["sides"]]


def test_one_is_singular() -> None:
    assert put("{n} year(s) at home", 1) == "1 year at home"
    assert put("{n} year(s) at home", 0) == "0 years at home"
    assert put("savings of {n} dollars", 2500, "about ") == "savings of about 2,500 dollars"


def test_merits_domains_and_pairs_come_in_turn_and_apart() -> None:
    assert Counter(MERITS) == {"borderline": 4, "strong": 1, "weak": 1}
    for i in range(0, N - 24, 24):
        assert Counter(r["merit"] for r in RECORDS[i : i + 24]) == {"borderline": 16, "strong": 4, "weak": 4}
        assert Counter(r["domain"] for r in RECORDS[i : i + 24]) == dict.fromkeys(DOMAINS, 3)
    met = Counter(frozenset(group.partition("-")[0] for group, _ in r["names"]) for r in RECORDS)
    assert met == dict.fromkeys(map(frozenset, pairs()), N // len(pairs()))
    first = Counter(r["names"][0][0].partition("-")[0] for r in RECORDS)
    assert chisquare(list(first.values())).pvalue > 1e-4, "a group that is always the first"


def test_there_are_a_thousand_files() -> None:
    assert sum(map(len, files().values())) > 1000
    assert len({record["core"] for record in RECORDS}) > 1000


def test_names_on_a_file_have_the_same_shape() -> None:
    for record in RECORDS:
        made = dict(record["names"])
        assert len(made) == len(set(made.values())) == 4
        shapes = {tuple(map(len, name.split())) for name in made.values()}
        assert len(shapes) == 1, made
        for group, name in made.items():
            origin, _, gender = group.partition("-")
            first, last = name.split()
            assert first in WORDS["names"][origin][gender]
            assert last in WORDS["names"][origin]["family"]
            other = next(one for one in GENDERS if one != gender)
            assert last == made[f"{origin}-{other}"].split()[1]


def test_no_name_is_of_two_groups_and_each_length_has_several() -> None:
    assert len(WORDS["names"]) == 8
    every = [name for lists in WORDS["names"].values() for kind in lists.values() for name in kind]
    assert len(every) == len(set(every))
    assert all(name.isascii() and name.isalpha() and len(name) in LETTERS for name in every)
    assert min(len(of_length(o, kind, n)) for o in WORDS["names"] for kind in (*GENDERS, "family") for n in LETTERS) > 3


def test_a_record_can_be_made_alone() -> None:
    assert applicants.make("s", 1234) == RECORDS[1234]
    assert isinstance(applicants.make("s", 10**12), Record)


def test_salts_share_nothing() -> None:
    other = {r.id for r in pool("people.applicants", n=N).select("t")}
    assert not other & {r.id for r in RECORDS}
    assert len({r.id for r in RECORDS}) == N
