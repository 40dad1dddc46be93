"""The audit of a sealed edition, from Python and from the command line."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

import pytest
from audit_cases import case, choice, edition, record, words

from commands import trustgen
from trustgen.audit.audited import WHOLE, audit_edition
from trustgen.audit.outside import Reference
from trustgen.core import Case, FolderError, InputError, assistant, user
from trustgen.store import Edition, Reject, sha256_file

OTHER = ["please", "kindly", "say", "name", "tell", "whether", "boats", "sails", "ropes", "masts", "tides", "nets"]


HALVES = Random(1).sample(range(100, 220), 120)
OURS, THEIRS = sorted(HALVES[:60]), sorted(HALVES[60:])


@pytest.fixture
def sound(tmp_path: Path) -> Edition:
    """An edition that passes."""
    return edition(tmp_path / "sound", [choice(i, "ABCD"[n % 4]) for n, i in enumerate(OURS)])


def claims(n: int) -> list[Case]:
    """True or false claims; the word `indeed` goes with the true ones."""
    answers = ("true", "false")
    return [
        case(i, answers[i % 2], answers, text=f"{('Indeed', 'Hardly')[i % 2]}: {words(i)[:-1]} rightly.")
        for i in range(n)
    ]


def lines(path: Path, rows: list[object]) -> Path:
    """A file of JSON lines."""
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def test_without_a_reference_the_card_says_what_was_not_measured(sound: Edition) -> None:
    found = audit_edition(sound.folder)
    assert found.passed
    assert found.edition == sound.manifest.id
    assert any("no --reference" in line for line in found.not_measured)
    assert any("no --labels" in line for line in found.not_measured)
    assert found.reference == found.labels == {}
    assert found == audit_edition(sound)


def test_the_ledger_counts_by_stage_and_reason(tmp_path: Path) -> None:
    lost = tuple(
        Reject(stage="audit", task="t", reason=f"option {i} is `w{i}`", record=record(i).id) for i in range(70, 105)
    )
    mended = Reject(stage="vary", task="t", reason="too long", lost=False)
    made = edition(tmp_path / "e", [choice(i, "ABCD"[i % 4]) for i in range(20)], (*lost, mended))
    found = audit_edition(made)
    assert found.ledger["t"]["accepted"] == 20
    assert found.ledger["t"]["lost"] == {"audit": {"option … is …": 35}}
    assert found.ledger["t"]["without_loss"] == {"vary": {"too long": 1}}
    assert found.ledger["t"]["figures"]["acceptance"]["value"] == pytest.approx(20 / 55, abs=1e-4)
    assert "t: acceptance" in found.failed


def test_dialogues_with_planted_flips_fail(tmp_path: Path) -> None:
    def spoken(i: int) -> Case:
        reply = "As the user, I want a mill." if i % 2 else "It stands there."
        return case(i, turns=(user(words(i)), assistant(reply), user("And the next one?")))

    found = audit_edition(edition(tmp_path / "e", [spoken(i) for i in range(60)]))
    assert found.dialogues["t"]["figures"]["role_flip"]["value"] == 0.5
    assert found.dialogues["t"]["figures"]["interruption"]["value"] == 0.0
    assert found.failed == ("t: role_flip",)
    assert any("digression" in line and "judge" in line for line in found.not_measured)


def test_a_reference_of_the_same_kind_passes(sound: Edition, tmp_path: Path) -> None:
    path = tmp_path / "human.txt"
    path.write_text("\n".join(words(i) for i in THEIRS))
    found = audit_edition(sound, reference=Reference(path))
    figures = found.reference[WHOLE]["figures"]
    assert figures["shift"]["value"] == 0.0
    assert figures["told_apart"]["low"] < 0.65
    assert found.passed
    assert any("--published" in line for line in found.not_measured)
    assert found == audit_edition(sound, reference=Reference(path))


def test_a_reference_of_another_kind_fails_and_names_the_attribute(sound: Edition, tmp_path: Path) -> None:
    draw = Random(0)
    path = tmp_path / "human.txt"
    path.write_text("\n".join(" ".join(draw.choices(OTHER, k=40)) for _ in range(60)))
    found = audit_edition(sound, reference=Reference(path))
    figures = found.reference[WHOLE]["figures"]
    assert figures["shift"]["passed"] is False
    assert figures["shift"]["note"] in found.reference[WHOLE]["attributes"]
    assert figures["told_apart"]["value"] > 0.95
    assert found.failed == (f"{WHOLE} against the reference: shift", f"{WHOLE} against the reference: told_apart")


def test_rows_of_a_task_are_compared_with_that_task(tmp_path: Path) -> None:
    made = edition(tmp_path / "e", [choice(i, "ABCD"[i % 4], task=f"t{i % 2}") for i in range(80)])
    rows: list[object] = [{"text": words(100 + i), "task": "t1", "record": f"r{i}"} for i in range(30)]
    found = audit_edition(made, reference=Reference(lines(tmp_path / "r.jsonl", rows)))
    assert set(found.reference) == {"t1"}
    assert found.reference["t1"]["texts"] == {"generated": 40, "reference": 30}
    assert any("no texts for them: t0" in line for line in found.not_measured)
    few = audit_edition(made, reference=Reference(lines(tmp_path / "few.jsonl", rows[:19])))
    assert few.reference == {}
    assert any("19 records" in line for line in few.not_measured)


def test_another_edition_as_reference_and_what_is_learnt_from_labels(tmp_path: Path) -> None:
    one = edition(tmp_path / "one", claims(60))
    answers = ("false", "true")
    said = [c.turns[0].text.replace("number", "no.") for c in claims(60)]
    turned = [case(i + 60, answers[i % 2], answers[::-1], text=text) for i, text in enumerate(said)]
    other = edition(tmp_path / "other", turned)
    found = audit_edition(one, reference=Reference(other.folder))
    figure = found.reference["t"]["figures"]["transfer_drop"]
    assert found.reference["t"]["transfer"]["labels"] == ["false", "true"]
    assert figure["value"] > 0.8
    assert figure["passed"] is False


def test_published_texts_are_contamination(sound: Edition, tmp_path: Path) -> None:
    path = tmp_path / "corpus.txt"
    path.write_text("\n".join([words(i) for i in OURS[:15]] + [f"A wholly other line {i}." for i in range(50)]))
    found = audit_edition(sound, reference=Reference(path, published=True))
    figure = found.reference["t"]["figures"]["contaminated"]
    assert figure["value"] == 0.25
    assert figure["passed"] is False
    assert "t against the reference: contaminated" in found.failed


def test_human_labels_by_case_and_by_question(tmp_path: Path) -> None:
    cases = claims(40)
    made = edition(tmp_path / "e", cases)
    rows: list[object] = []
    for i, c in enumerate(cases):
        truth = c.expect.answer
        wrong = "false" if truth == "true" else "true"
        name = {"case": c.id} if i % 2 else {"question": c.turns[0].text.upper()}
        generated = [wrong] * 3 if i < 10 else [truth] * 3
        rows.append({**name, "labels": [truth, truth, wrong], "generated": generated})
    rows.append({"case": "no such case", "labels": ["true"]})
    found = audit_edition(made, labels=[lines(tmp_path / "l.jsonl", rows)])
    figures = found.labels["figures"]
    assert found.labels["items"] == 40
    assert figures["majority_match"]["value"] == 0.75
    assert figures["flip_rate"]["value"] == 0.25
    assert figures["minority_match"]["value"] == 0.0
    assert figures["variance_ratio"]["value"] is None  # infinite: the model never differs from itself
    assert figures["variance_ratio"]["passed"] is False
    assert found.labels["flips"] == {"false": {"false": 15.0, "true": 5.0}, "true": {"false": 5.0, "true": 15.0}}
    assert any(line.startswith("1 rows") for line in found.not_measured)


def test_without_generated_labels_the_gold_answer_is_compared(tmp_path: Path) -> None:
    made = edition(tmp_path / "e", [choice(i, "ABCD"[i % 4]) for i in range(40)])
    rows: list[object] = []
    for i, c in enumerate(made.cases()):
        gold = c.expect.options["ABCD".index(c.expect.answer)]  # people wrote the option, not its letter
        rows.append(
            {"case": c.id, "labels": [gold if i < 36 else c.expect.options[("ABCD".index(c.expect.answer) + 1) % 4]]}
        )
    found = audit_edition(made, labels=[lines(tmp_path / "l.jsonl", rows)])
    assert found.labels["figures"]["majority_match"]["value"] == 0.9
    assert found.labels["figures"]["variance_ratio"]["passed"] is None


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("r.csv", "a", "give a .txt"),
        ("r.jsonl", '{"words": "x"}\n', r"r\.jsonl:1 has no `text`"),
        ("r.jsonl", '{"text": "x"}\n[1]\n', r"r\.jsonl:2 is no JSON object"),
    ],
)
def test_references_that_cannot_be_used(sound: Edition, tmp_path: Path, name: str, text: str, says: str) -> None:
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(InputError, match=says):
        audit_edition(sound, reference=Reference(path))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('{"case": "x", "labels": []}', "holds no row with labels"),
        ('{"question": "x", "labels": []}', r":1: a row is"),
        ('{"labels": ["a"]}', r":1: a row is"),
        ('{"case": "x", "labels": ["a"]}', "no row names a case"),
        ("", "holds no row"),
        ('{"case": "x", "labels": ["a"]}\n{"case": "x", "labels": ["a"]}', ":2 names `x` again"),
    ],
)
def test_labels_that_cannot_be_used(sound: Edition, tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "l.jsonl"
    path.write_text(text)
    with pytest.raises(InputError, match=says):
        audit_edition(sound, labels=[path])


def test_what_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(FolderError, match="there is no edition"):
        audit_edition(tmp_path / "nowhere")
    with pytest.raises(InputError, match="no such file"):
        Reference(tmp_path / "nowhere.txt")


# ── the command ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_command_prints_a_card_and_leaves_the_edition_alone(sound: Edition, tmp_path: Path) -> None:
    before = {p: sha256_file(p) for p in sound.folder.rglob("*") if p.is_file()}
    done = trustgen("audit", sound.folder, "-o", tmp_path / "card.json")
    assert done.returncode == 0, done.stderr
    assert {p: sha256_file(p) for p in sound.folder.rglob("*") if p.is_file()} == before
    for text in ("gold_p", "≥ 0.001", "pass", "not measured: ", "no --reference", "every threshold holds"):
        assert text in done.stdout
    asked = trustgen("audit", sound.folder, "--json")
    assert json.loads(asked.stdout) == json.loads((tmp_path / "card.json").read_text())
    assert json.loads(asked.stdout)["passed"] is True


def test_the_command_fails_with_the_reason(tmp_path: Path) -> None:
    made = edition(tmp_path / "e", [choice(i, "A") for i in range(40)])
    done = trustgen("audit", made.folder)
    assert done.returncode == 1
    assert "FAIL" in done.stdout
    assert "failed: t: gold_constant. A model that gives that answer always" in done.stdout
    assert json.loads(trustgen("audit", made.folder, "--json").stdout)["failed"] == ["t: gold_p", "t: gold_constant"]


def test_bad_input_is_one_clear_line(sound: Edition, tmp_path: Path) -> None:
    for args, says in (
        (["nowhere"], "there is no edition"),
        ([sound.folder, "--published"], "add --reference"),
        ([sound.folder, "-o", sound.folder / "card.json"], "frozen"),
        ([sound.folder, "-o", tmp_path / "no" / "card.json"], "there is no folder"),
        ([sound.folder, "--reference", "x.csv"], "give a .txt"),
    ):
        done = trustgen("audit", *args)
        assert done.returncode == 2, done.stdout
        assert says in done.stderr.strip().splitlines()[-1]
