"""The seal of a run: any byte changed in a sealed file is named, and nobody who goes on honestly is."""

from __future__ import annotations

import json
import os
import shutil
import threading
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from trustgen.core import FolderError
from trustgen.store.files import RUN
from trustgen.store.labels import GivenLabel, append_label
from trustgen.store.seal import NAMES, WRITES, Seal, begin, check_seal, end

JUDGES = {"t": "k"}


def write(folder: Path, name: str, text: str) -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text)


def session(folder: Path, did, text: str) -> str:
    """One session that writes all it may; returns the head."""
    did = begin(folder, did)
    for name in sorted(WRITES[did]):
        write(folder, name, f"{name} {text}" * 9)
    end(folder, did, "edition", JUDGES)
    return check_seal(folder).head


def label(text: str) -> GivenLabel:
    return GivenLabel(response=text, labeller="a", label="right", at="2026-11-29T10:00:00+00:00", chance=0.5)


def made(folder: Path) -> Path:
    """A folder that a run, a review and people have been at. Its files are never parsed here."""
    folder.mkdir()
    write(folder, "edition/edition.json", "the edition" * 9)
    session(folder, "run", "first")
    session(folder, "picked", "first")
    append_label(folder, label("r1"))
    end(folder, "labelled", "edition", JUDGES)
    return folder


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("sealed") / "run")


def test_every_name_is_ours_and_is_sealed_where_it_is_there(sealed: Path) -> None:
    assert {name.partition("/")[0] for name in NAMES} <= RUN.files | RUN.folders
    assert {*check_seal(sealed).links[-1].files} == {"labels.jsonl"}
    assert {name for link in check_seal(sealed).links for name in link.files} == set(NAMES)
    assert not check_seal(sealed).changed
    assert not check_seal(sealed).open


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_byte_that_is_flipped_is_named(sealed: Path, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from((*NAMES, "seal.json")))
    path = sealed / name
    body = path.read_bytes()
    at, by = data.draw(st.integers(0, len(body) - 1)), data.draw(st.integers(1, 255))
    path.write_bytes(body[:at] + bytes([body[at] ^ by]) + body[at + 1 :])
    try:
        found = dict(check_seal(sealed).changed)
    except FolderError as error:  # the digit of the format
        found = {"seal.json": "changed"} if "seal.json has format" in str(error) else {}
    finally:
        path.write_bytes(body)
    assert found.get(name) == "changed"
    assert name == "seal.json" or set(found) == {name}
    assert not check_seal(sealed).changed


@pytest.mark.parametrize("name", NAMES)
def test_what_is_cut_lengthened_removed_or_added_is_named(tmp_path: Path, sealed: Path, name: str) -> None:
    folder = Path(shutil.copytree(sealed, tmp_path / "run"))
    path, body = folder / name, (sealed / name).read_bytes()
    path.write_bytes(body[:-1])
    assert check_seal(folder).changed == {name: "changed"}
    path.write_bytes(body + b"\n")
    assert check_seal(folder).changed == ({} if name == "labels.jsonl" else {name: "changed"})
    path.unlink()
    assert check_seal(folder).changed == {name: "removed"}
    os.symlink(sealed / name, path)
    assert check_seal(folder).changed == {name: "changed"}


@pytest.mark.parametrize("name", ["settled.json", "calibration.json", "judged.parquet", "review.json", "journal.db"])
def test_a_file_of_ours_that_comes_after_the_seal_is_named(tmp_path: Path, name: str) -> None:
    write(tmp_path, "run.json", "{}")
    write(tmp_path, "responses.parquet", "rows")
    begin(tmp_path, "run")
    end(tmp_path, "run", "edition", JUDGES)
    write(tmp_path, "report.html", "somebody's own")
    assert not check_seal(tmp_path).changed
    write(tmp_path, name, "planted")
    assert check_seal(tmp_path).changed == {name: "added"}


def test_a_seal_of_another_format_is_not_taken_for_one_of_ours(tmp_path: Path, sealed: Path) -> None:
    folder = Path(shutil.copytree(sealed, tmp_path / "run"))
    seal = folder / "seal.json"
    seal.write_text(seal.read_text().replace('"format": 1', '"format": 2'))
    with pytest.raises(FolderError, match=r"seal\.json has format 2, this TrustGen reads format 1"):
        check_seal(folder)


# ── the chain ───────────────────────────────────────────────────────────────────────────────────────────────────────


def rewritten(folder: Path, change) -> dict:
    """The seal with something else in it, laid out as we do."""
    found = json.loads((folder / "seal.json").read_bytes())
    change(found)
    body = msgspec.json.encode(msgspec.convert(found, Seal), order="deterministic")
    (folder / "seal.json").write_bytes(msgspec.json.format(body, indent=2) + b"\n")
    return dict(check_seal(folder).changed)


@pytest.mark.parametrize(
    "change",
    [
        lambda seal: seal["links"].pop(0),
        lambda seal: seal["links"].pop(1),
        lambda seal: seal["links"].reverse(),
        lambda seal: seal["links"][0].update(at="2025-01-01T00:00:00+00:00"),
        lambda seal: seal["links"][0].update(did="rejudged"),
        lambda seal: seal["links"][1].update(version="9"),
        lambda seal: seal["links"][2].update(judges={"t": "other"}),
        lambda seal: seal["links"][2].update(edition="other"),
        lambda seal: seal["links"][0]["files"]["run.json"].update(sha256="0" * 64),
        lambda seal: seal["links"][2].update(head="0" * 32),
    ],
)
def test_no_link_is_taken_out_moved_or_altered_unseen(tmp_path: Path, sealed: Path, change) -> None:
    folder = Path(shutil.copytree(sealed, tmp_path / "run"))
    assert rewritten(folder, lambda seal: None) == {}
    assert rewritten(folder, change)["seal.json"] == "changed"


def test_a_last_link_that_is_taken_out_leaves_what_it_wrote_unsealed(tmp_path: Path) -> None:
    folder = made(tmp_path / "run")
    before = check_seal(folder).head
    session(folder, "rejudged", "second")
    assert rewritten(folder, lambda seal: seal["links"].pop())["verdicts.parquet"] == "changed"
    assert check_seal(folder).head == before


def test_links_before_stay_as_history_and_hold_what_each_session_wrote(tmp_path: Path) -> None:
    folder = made(tmp_path / "run")
    first = check_seal(folder).links
    session(folder, "estimated again", "second")
    session(folder, "rejudged", "third")
    assert session(folder, "run", "fourth") == check_seal(folder).head
    links = check_seal(folder).links
    assert links[: len(first)] == first
    assert [link.did for link in links] == ["run", "picked", "labelled", "estimated again", "rejudged", "resumed"]
    assert set(links[3].files) == WRITES["estimated again"]
    assert all(link.judges == JUDGES and link.edition == "edition" for link in links)


def test_a_session_that_wrote_nothing_new_leaves_the_head(tmp_path: Path) -> None:
    folder = made(tmp_path / "run")
    before = session(folder, "estimated again", "second")
    assert session(folder, "estimated again", "second") == before
    assert not check_seal(folder).open
    end(folder, "labelled", "edition", JUDGES)
    assert check_seal(folder).head == before


# ── going on ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("did", ["run", "rejudged"])
@pytest.mark.parametrize("name", ["responses.parquet", "verdicts.parquet", "judged.parquet", "run.json"])
def test_edited_rows_are_not_sealed_by_going_on_with_them(tmp_path: Path, sealed: Path, did, name: str) -> None:
    folder = Path(shutil.copytree(sealed, tmp_path / "run"))
    write(folder, name, "edited")
    before = (folder / "seal.json").read_bytes()
    with pytest.raises(FolderError, match=rf"was edited after it was sealed \({name}\).*bring it back as it was"):
        begin(folder, did)
    assert (folder / "seal.json").read_bytes() == before
    (folder / "seal.json").unlink()
    session(folder, did, "anew")
    assert not check_seal(folder).changed


@pytest.mark.parametrize("did", ["run", "rejudged", "estimated again"])
def test_edited_numbers_are_made_anew(tmp_path: Path, sealed: Path, did) -> None:
    folder = Path(shutil.copytree(sealed, tmp_path / "run"))
    write(folder, "estimates.json", "edited")
    session(folder, did, "anew")
    assert not check_seal(folder).changed


@pytest.mark.parametrize("did", ["picked", "labelled", "estimated again"])
def test_what_a_session_does_not_write_stays_held_to_what_it_was(tmp_path: Path, sealed: Path, did) -> None:
    folder = Path(shutil.copytree(sealed, tmp_path / "run"))
    write(folder, "verdicts.parquet", "edited")
    append_label(folder, label("r2"))
    session(folder, did, "second")
    assert check_seal(folder).links[-1].did == did
    assert check_seal(folder).changed == {"verdicts.parquet": "changed"}


def test_edited_labels_stay_named_whatever_is_added_to_them(tmp_path: Path, sealed: Path) -> None:
    folder = Path(shutil.copytree(sealed, tmp_path / "run"))
    (folder / "labels.jsonl").write_text((folder / "labels.jsonl").read_text().replace("right", "wrong"))
    for did in ("labelled", "estimated again", "rejudged"):
        append_label(folder, label(did))
        session(folder, did, "second")
        assert check_seal(folder).changed == {"labels.jsonl": "changed"}


@pytest.mark.parametrize("did", ["run", "picked", "rejudged", "labelled", "estimated again"])
def test_a_damaged_seal_is_not_gone_on_with(tmp_path: Path, sealed: Path, did) -> None:
    folder = Path(shutil.copytree(sealed, tmp_path / "run"))
    (folder / "seal.json").write_text("{}")
    append_label(folder, label("r2"))
    with pytest.raises(FolderError, match=r"seal\.json` was edited: bring it back as it was, or remove it"):
        session(folder, did, "second")
    assert check_seal(folder).changed == {"seal.json": "changed"}


@pytest.mark.parametrize("did", ["run", "rejudged", "estimated again", "picked"])
def test_a_killed_session_is_in_flux_until_the_next_one_ends(tmp_path: Path, sealed: Path, did) -> None:
    folder = Path(shutil.copytree(sealed, tmp_path / "run"))
    begin(folder, did)
    if did in ("run", "rejudged"):
        write(folder, "journal.db", "rows")
    for name in sorted(WRITES[did])[:2]:
        write(folder, name, "half way")
    found = check_seal(folder)
    assert not found.changed
    assert len(found.open) == 1
    others = set(NAMES) - WRITES[did]
    write(folder, sorted(others)[0], "edited")
    assert set(check_seal(folder).changed) == {sorted(others)[0]}
    shutil.copy(sealed / sorted(others)[0], folder / sorted(others)[0])
    begin(folder, did)
    for name in sorted(WRITES[did]):
        write(folder, name, "to the end")
    (folder / "journal.db").unlink(missing_ok=True)
    end(folder, did if did != "run" else "resumed", "edition", JUDGES)
    assert not check_seal(folder).changed
    assert not check_seal(folder).open


def test_people_may_pick_and_label_while_a_run_is_under_way(tmp_path: Path) -> None:
    write(tmp_path, "edition/edition.json", "the edition")
    assert begin(tmp_path, "run") == "run"
    for name in ("run.json", "responses.parquet", "journal.db"):
        write(tmp_path, name, "half way")
    session(tmp_path, "picked", "first")
    append_label(tmp_path, label("r1"))
    end(tmp_path, "labelled", "edition", JUDGES)
    assert set(check_seal(tmp_path).open) == {"run"}
    write(tmp_path, "responses.parquet", "whole")
    assert not check_seal(tmp_path).changed
    (tmp_path / "journal.db").unlink()
    end(tmp_path, "run", "edition", JUDGES)
    assert [link.did for link in check_seal(tmp_path).links] == ["picked", "labelled", "run"]
    assert not check_seal(tmp_path).open
    write(tmp_path, "responses.parquet", "edited")
    assert check_seal(tmp_path).changed == {"responses.parquet": "changed"}


def test_a_run_from_before_there_were_seals_is_sealed_by_whoever_goes_on(tmp_path: Path) -> None:
    for name in ("run.json", "responses.parquet", "verdicts.parquet", "estimates.json"):
        write(tmp_path, name, "old")
    assert check_seal(tmp_path) == ((), {}, {})
    assert begin(tmp_path, "run") == "resumed"
    end(tmp_path, "resumed", "edition", JUDGES)
    assert set(check_seal(tmp_path).links[0].files) == {
        "run.json",
        "responses.parquet",
        "verdicts.parquet",
        "estimates.json",
    }


def test_many_labellers_at_once_lose_no_link(tmp_path: Path) -> None:
    folder = made(tmp_path / "run")

    def some(name: str) -> None:
        for i in range(5):
            append_label(folder, label(f"{name}{i}"))
            end(folder, "labelled", "edition", JUDGES)

    people = [threading.Thread(target=some, args=(name,)) for name in "abcd"]
    for person in people:
        person.start()
    for person in people:
        person.join()
    found = check_seal(folder)
    assert not found.changed
    last = found.links[-1].files["labels.jsonl"]
    assert last.bytes == (folder / "labels.jsonl").stat().st_size


def test_a_full_disk_is_one_line_and_leaves_the_seal_as_it_was(
    tmp_path: Path, sealed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = Path(shutil.copytree(sealed, tmp_path / "run"))
    before = (folder / "seal.json").read_bytes()

    def full(path: Path, value: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("trustgen.store.seal.write_json", full)
        with pytest.raises(FolderError, match=r"No space left on device\): make room and give the same command again"):
            begin(folder, "run")
    assert (folder / "seal.json").read_bytes() == before
    session(folder, "run", "second")
    assert not check_seal(folder).changed


def test_a_file_is_hashed_in_pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However long a table is, one piece of it is in memory."""
    monkeypatch.setattr("trustgen.store.seal._PIECE", 7)
    folder = made(tmp_path / "run")
    assert not check_seal(folder).changed
    monkeypatch.setattr("trustgen.store.seal._PIECE", 1 << 20)
    assert not check_seal(folder).changed
