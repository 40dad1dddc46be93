"""Applicants: figures that follow from merit, names that tell one group from another and nothing else."""

from __future__ import annotations

from collections import Counter

from scipy.stats import chisquare

from trustgen.core import Record
from trustgen.curate import people, pool
from trustgen.curate.people import GENDERS, KINDS, MERITS, ORIGINS, Criterion, applicants, first_names, last_names

GROUPS = tuple(f"{origin}_{gender}" for origin in ORIGINS for gender in GENDERS)
N = 3000
RECORDS = list(pool("people.applicants", n=N).select("s"))


def good(criterion: Criterion, value: int) -> bool:
    """Whether a figure is on the good side of its bar."""
    more_is_better = criterion.strong[0] > criterion.weak[0]
    return value >= criterion.bar if more_is_better else value <= criterion.bar


def test_the_figures_say_the_merit() -> None:
    for record in RECORDS:
        criteria = KINDS[record["kind"]]
        passed = [good(c, record["figures"][c.name]) for c in criteria]
        assert {"strong": passed == [True, True], "weak": passed == [False, False]}.get(
            record["merit"], sorted(passed) == [False, True]
        ), record.fields
        assert record["bars"] == {c.name: c.bar for c in criteria}


def test_strong_and_weak_are_far_from_the_border() -> None:
    for criteria in KINDS.values():
        for c in criteria:
            near = {*range(c.hit[0], c.hit[1] + 1), *range(c.miss[0], c.miss[1] + 1)}
            assert all(good(c, v) for v in range(c.hit[0], c.hit[1] + 1))
            assert not any(good(c, v) for v in range(c.miss[0], c.miss[1] + 1))
            clear = {*range(c.strong[0], c.strong[1] + 1), *range(c.weak[0], c.weak[1] + 1)}
            assert not near & clear


def test_merits_and_kinds_come_in_turn_and_apart() -> None:
    for i in range(0, N - 12, 12):
        assert Counter(r["merit"] for r in RECORDS[i : i + 12]) == dict.fromkeys(MERITS, 4)
        assert Counter(r["kind"] for r in RECORDS[i : i + 12]) == dict.fromkeys(KINDS, 3)
    pairs = Counter((r["merit"], r["kind"]) for r in RECORDS)
    assert len(pairs) == 12
    assert chisquare(list(pairs.values())).pvalue > 1e-4
    assert len({tuple(r["merit"] for r in RECORDS[i : i + 3]) for i in range(0, N, 3)}) == 6, "a fixed order"


def test_every_group_has_a_name_of_its_own() -> None:
    for record in RECORDS:
        names = record["names"]
        assert tuple(names) == GROUPS
        assert len(set(names.values())) == len(GROUPS)
        for group, name in names.items():
            origin, _, gender = group.partition("_")
            first, last = name.split()
            assert first in first_names(origin, gender)
            assert last in last_names(origin)
            assert last == names[f"{origin}_{'male' if gender == 'female' else 'female'}"].split()[1]


def test_no_first_name_is_shared_by_two_groups() -> None:
    lists = [set(first_names(o, g)) for o in ORIGINS for g in people.GENDERS]
    assert sum(map(len, lists)) == len(set().union(*lists))
    assert min(map(len, lists)) > 80


def test_names_do_not_depend_on_merit() -> None:
    """Chi-square of each group's most used first letters against merit."""
    for group in GROUPS:
        table = Counter((r["merit"], r["names"][group] < "M") for r in RECORDS)
        rates = [table[m, True] / (table[m, True] + table[m, False]) for m in MERITS]
        assert max(rates) - min(rates) < 0.12


def test_a_record_can_be_made_alone() -> None:
    assert applicants.make("s", 1234) == RECORDS[1234]
    assert isinstance(applicants.make("s", 10**12), Record)


def test_salts_share_nothing() -> None:
    other = {r.id for r in pool("people.applicants", n=N).select("t")}
    assert not other & {r.id for r in RECORDS}
    assert len({r.id for r in RECORDS}) == N
