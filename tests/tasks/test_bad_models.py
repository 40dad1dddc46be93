"""Bad input, from every task's side: models that echo the prompt, go on with it, never stop, speak another language,
send control characters or 200 KB. Each case ends in one outcome with a reason, what is wrong is never taken for right,
no rule takes long, and the report stays readable.
"""

from __future__ import annotations

import json
import math
import unicodedata
from collections import Counter, defaultdict
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest
from answers import WORDS, cases, task
from click.testing import CliRunner
from misbehaving import (
    ECHOES,
    FORMS,
    GOES_ON,
    LONG,
    NO_TEMPLATE,
    SHAPES,
    TONGUES,
    WORST,
    BadServer,
    going_on,
)
from rich.cells import cell_len

from costs import in_step
from trustgen.cli.app import app
from trustgen.core import Case, Estimate, Expect, Judge, Measure, Outcome, Reply, Response, Ruling, user
from trustgen.core.registry import load
from trustgen.judge import code_dangers, code_parses, date, leaks, matches, personal, stance, stated
from trustgen.judge.answered import read
from trustgen.judge.deeds import IDLED
from trustgen.judge.own import ECHO, INVENTED, own
from trustgen.judge.quantities import amount
from trustgen.judge.support import sentences
from trustgen.judge.whole import ends
from trustgen.report import Findings, findings, print_findings, write_html
from trustgen.run import Retry, Settings, build, evaluate, line
from trustgen.store import Edition, RunFolder
from trustgen.testing.known import best
from trustgen.testing.known import farthest as worst

TASKS = WORDS
QUICK = Settings(retry=Retry(attempts=2, base=0.01, cap=0.02), concurrency=16, stall=120.0)
SALT = "bad"

HARM = {"leaked", "toxic", "complied", "partial"}
"""What harms wherever it stands in a reply: these labels count in turns that a model makes up, too."""

IDLE = {
    "llm.privacy.leak": "told_rate",
    "llm.safety.jailbreak": "refusal_rate",
    "llm.safety.over_refusal": "",
    "llm.safety.prompt_injection": "accuracy_attacked",
    "llm.safety.toxicity": "",
}
"""Where idle talk does no harm, and so has the best headline: the measure beside it, which is then at its worst. There
is none for over-refusal, where what is given is not read, and for toxicity, which measures no help.
"""


class Ran(NamedTuple):
    """One run of all tasks on all bad models."""

    folder: Path
    edition: Edition
    estimates: list[Estimate]
    ended: dict[tuple[str, str], list[tuple[Outcome, str, str, str]]]  # by task and form: outcome, label, reason, case


def form_of(uri: str) -> str:
    return uri.removeprefix("openai-api:").partition("@")[0]


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """Every task with one record, asked of every bad model over HTTP."""
    folder = tmp_path_factory.mktemp("bad")
    edition = build([load("task", one)(1) for one in TASKS], folder / "edition", salt=SALT, suite="bad")
    with pytest.MonkeyPatch.context() as patch, BadServer() as server:
        patch.setattr(line, "BREAKER", 10**6)  # the model without a template is asked everything
        patch.setattr(line, "PROBES", 10**6)
        uris = [server.uri(form) for form in (*FORMS, "no_template")]
        result = evaluate(edition, uris, folder / "run", settings=QUICK)
    assert result.manifest.status == "finished", result.manifest.stopped
    ended = defaultdict(list)
    for v in RunFolder.open(folder / "run").verdicts():
        ended[v.task, form_of(v.model)].append((v.outcome, v.label, v.reason, v.case))
    return Ran(folder / "run", edition, result.estimates, ended)


@pytest.fixture(scope="module")
def found(ran: Ran) -> Findings:
    """What a report of the run says: worked out once, and printed in every form."""
    return findings(ran.folder)


def headline(ran: Ran, id: str, form: str, name: str = "") -> tuple[Measure, float]:
    name = name or task(id).headline
    (found,) = [e for e in ran.estimates if (e.task, form_of(e.model), e.measure) == (id, form, name)]
    return task(id).measures[name], found.value


# ── every case, one outcome, a reason ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("id", TASKS)
def test_every_case_ends_in_one_outcome_with_a_reason(ran: Ran, id: str) -> None:
    planned = next(entry.planned for entry in ran.edition.manifest.tasks if entry.id == id)
    for form in (*FORMS, "no_template"):
        ended = ran.ended[id, form]
        assert len({case for *_, case in ended}) == len(ended) == planned, form
        for outcome, label, reason, _ in ended:
            assert label if outcome == Outcome.SCORED else reason.strip(), (form, outcome)
            assert outcome not in (Outcome.ERROR, Outcome.BLOCKED) or form == "no_template", (form, reason)
    for e in (e for e in ran.estimates if e.task == id):
        assert e.planned == sum(e.outcomes.values())
        assert e.counted <= e.planned


@pytest.mark.parametrize("id", TASKS)
def test_without_a_chat_template_every_case_is_an_error_that_says_what_to_do(ran: Ran, id: str) -> None:
    for outcome, _, reason, _ in ran.ended[id, "no_template"]:
        assert outcome == Outcome.ERROR
        assert reason == f"HTTP 400: {NO_TEMPLATE}"
    _, value = headline(ran, id, "no_template")
    assert math.isnan(value), "nothing was scored: nan, never 0"


def test_a_model_without_a_template_is_given_up_soon_and_in_one_clear_line(
    ran: Ran, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with BadServer() as server:
        result = evaluate(ran.edition, [server.uri("no_template")], tmp_path / "run", settings=QUICK)
        asked = sum(server.asked.values())
    assert result.manifest.status == "stopped"
    assert NO_TEMPLATE in result.manifest.stopped
    assert asked <= line.BREAKER + 2 * 16 + 1, "nobody waits for ten thousand failures"
    assert all(e.planned == sum(e.outcomes.values()) for e in result.estimates)
    print_findings(findings(tmp_path / "run"))
    assert "you must provide a chat template" in " ".join(capsys.readouterr().out.split())


# ── what is wrong is not right ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("id", TASKS)
def test_an_echo_of_the_prompt_is_no_answer(ran: Ran, id: str) -> None:
    """It names the right answer among the others, offends nobody and obeys nobody: all of that is the prompt's."""
    for form in ECHOES:
        measure, value = headline(ran, id, form)
        assert math.isnan(value) or value == worst(measure), (form, value)
        for outcome, label, reason, _ in ran.ended[id, form]:
            assert (outcome == Outcome.UNPARSED and reason.strip()) or label in HARM, (form, outcome, label)
    assert {reason for _, _, reason, _ in ran.ended[id, "echo"]} & {ECHO, IDLED} or id.endswith("leak")


@pytest.mark.parametrize("id", TASKS)
def test_turns_that_a_base_model_makes_up_are_no_answer(ran: Ran, id: str) -> None:
    ended = {(o, reason) for o, _, reason, _ in ran.ended[id, "base"]}
    assert ended in ({(Outcome.UNPARSED, INVENTED)}, {(Outcome.UNPARSED, IDLED)})


@pytest.mark.parametrize("id", TASKS)
def test_idle_talk_and_other_languages_are_never_the_best_behaviour(ran: Ran, id: str) -> None:
    for form in (*TONGUES, "loop", "flood", "flood_lines"):
        measure, value = headline(ran, id, form)
        if id not in IDLE:
            assert math.isnan(value) or value != best(measure), (form, value)
        elif IDLE[id]:
            beside, found = headline(ran, id, form, IDLE[id])
            assert math.isnan(found) or found == worst(beside), (form, found)


@pytest.mark.parametrize("id", TASKS)
@pytest.mark.parametrize("how", GOES_ON)
def test_only_the_first_answer_counts(id: str, how: str) -> None:
    """The answer of another turn is never read, in place of the reply's own or beside it."""
    made = cases(id, 2, SALT)
    for case, other in zip(made, (*made[len(made) // 2 :], *made), strict=False):
        for first, then in (
            (case.expect.best_reply, case.expect.worst_reply),
            (case.expect.worst_reply, case.expect.best_reply),
        ):
            alone, both = ruled(id, case, first), ruled(id, case, going_on(how, case, other, first, then))
            if both.label not in HARM:
                assert (both.outcome, both.label, both.score) == (alone.outcome, alone.label, alone.score), (
                    first,
                    then,
                )


@pytest.mark.parametrize(
    ("id", "arm", "label"),
    [
        ("llm.privacy.leak", "direct", "leaked"),
        ("llm.privacy.contextual_integrity", "undue", "leaked"),
        ("llm.safety.toxicity", "quarrel", "toxic"),
        ("llm.safety.jailbreak", "plain", "partial"),
    ],
)
def test_harm_counts_wherever_it_stands(id: str, arm: str, label: str) -> None:
    """Else a model could do harm in a turn that it makes up, and be found clean."""
    case = next(case for case in cases(id, 1, SALT) if case.arm == arm)
    assert ruled(id, case, case.expect.best_reply).label not in HARM
    harm = " ".join([case.expect.worst_reply] * 4)  # so much that something is given
    reply = f"{case.expect.best_reply}\n\nUser: Go on.\nAssistant: {harm}"
    assert ruled(id, case, reply).label == label


@pytest.mark.parametrize("form", TONGUES)
def test_a_summary_in_another_language_is_not_read(ran: Ran, form: str) -> None:
    """Every German noun has a capital, and so looked like a name that the text does not have; a French one has none."""
    assert {o for o, *_ in ran.ended["llm.truthfulness.grounded_summary", form]} == {Outcome.UNPARSED}


@pytest.mark.parametrize("id", TASKS)
def test_the_prompt_before_the_answer_changes_nothing(id: str) -> None:
    """Servers that return the whole text put the prompt before the completion."""
    for case in cases(id, 1, SALT):
        for reply in (case.expect.best_reply, case.expect.worst_reply):
            alone = ruled(id, case, reply)
            whole = ruled(id, case, f"{case.turns[-1].text}\n{reply}")
            assert whole.label in HARM or (whole.outcome, whole.label) == (alone.outcome, alone.label), reply


def ruled(id: str, case: Case, reply: str) -> Ruling:
    return task(id).judge(case, said(case, reply))


def said(case: Case, reply: str) -> Response:
    return Response("k", case.id, case.task, "m", "answered", (Reply(reply, "length"),))


ASKED = Case(
    "c", "t", "open", (user("What is the capital of Peru? Give one name only."),), Expect(answer="Lima"), ("r",)
)
OWN = [
    ("Lima", "Lima"),
    ("What is the capital of Peru? Give one name only. Lima", "Lima"),
    ("Lima\n\nQuestion: What is the capital of Chile?\nAnswer: Santiago", "Lima\n\n"),
    ("Question: What is the capital of Peru?\nAnswer: Lima", None),
    ("Sure. Here it is:\n\n**Question:** What is the capital of Peru?\n**Answer:** Lima", None),
    ("Question: What is the capital of Chile?\nAnswer: Santiago", ""),
    ("assistant\nLima", None),
    ("<|im_start|>assistant\nLima<|im_end|>", "Lima"),
    ("Lima. Any question: just ask.", None),
    ("The question: what is a capital? In Peru it is Lima.", None),
    ("Lima\nWhat is the capital of Peru, you ask? It is Lima.", "Lima"),
    ("What is the capital of Peru", None),
    ("what is the capital of peru give one", ""),
    ("```python\n# Question: which city?\nprint('Lima')\n```", None),
]


@pytest.mark.parametrize(("reply", "left"), OWN)
def test_what_of_a_reply_is_its_own(reply: str, left: str | None) -> None:
    """None is a reply that stays as it is."""
    assert own(ASKED, reply)[0] == (reply if left is None else left)


def test_an_echo_is_seen_before_the_stated_confidence_is_cut_out() -> None:
    """What asks for a confidence names numbers, and without them the reply is no copy any more."""
    asked = "What is the capital of Peru? Name it, then say how sure you are, from 0 % to 100 %, as in Paris, 70 %."
    case = Case("c", "t", "stated", (user(asked),), Expect(answer="Lima"), ("r",))
    assert stated(matches("capital"))(case, said(case, asked)).reason == ECHO


# ── time ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@cache
def judges() -> dict[str, tuple[Judge, Case]]:
    """Every judge of every task, each once, with a case of its own; and the rules that no task uses yet."""
    found: dict[str, tuple[Judge, Case]] = {}
    for one in TASKS:
        judge = task(one).judge
        for case in cases(one, 1, SALT):
            mine = judge.of(case.arm) if hasattr(judge, "of") else judge
            assert mine is not None
            kind = f" {case.arm}" if one.endswith(("leak", "counting_bias")) and case.arm in ("owner", "lines") else ""
            found.setdefault(mine.key + kind, (mine, case))
    answers = {date(): "1999-03-28", amount("km"): "5 km", amount(): "5"}
    for mine in (*answers, personal(), leaks(["Jane Doe", "4711 0815"]), code_parses(), code_dangers()):
        asked = Case("c", "t", "arm", (user("Say which it is, please."),), Expect(answer=answers.get(mine, "")), ("r",))
        found[mine.key] = (mine, asked)
    return found


def slow(shapes: dict[str, str]) -> list[tuple[str, str]]:
    """The judges and shapes that take longer than their length can explain."""
    found = []
    for judge, case in judges().values():
        judge(case, said(case, "warm"))  # weights are loaded once
        for name, text in shapes.items():
            rulings: list[Ruling] = []
            if not in_step(lambda part: rulings.append(judge(case, said(case, part))), text, 0.5):  # noqa: B023
                found.append((f"{case.task} {case.arm} {judge!r}", name))
            assert all(ruling.outcome == Outcome.SCORED or ruling.reason for ruling in rulings)
    return found


def test_no_rule_takes_long_over_70_kb() -> None:
    assert not slow({name: SHAPES[name][: LONG // 3] for name in WORST})


@pytest.mark.proof
def test_no_rule_takes_long_over_200_kb_of_any_shape() -> None:
    assert not slow(SHAPES)


@pytest.mark.parametrize("name", WORST)
def test_what_judges_read_with_takes_time_in_step(name: str) -> None:
    """The readers behind rules that only some replies come to: verdicts of judging models, stances, sentences."""
    assert in_step(lambda text: sentences(ends(text)), SHAPES[name])
    assert in_step(lambda text: read(text, ("right", "wrong")), SHAPES[name])
    assert in_step(lambda text: read(text + "}", ("right", "wrong")), SHAPES[name])
    assert in_step(lambda text: stance(text, "How do I fold a boat?"), SHAPES[name])


# ── the report ─────────────────────────────────────────────────────────────────────────────────────────────────────


def unprintable(text: str) -> set[str]:
    """What could act on a terminal or reorder a line: control, bidi and private characters, and halves of pairs."""
    hidden = {c for c in set(text) - {"\n"} if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")}
    return {f"U+{ord(c):04X}" for c in hidden - {"\u200c", "\u200d"}}  # joiners belong to some languages


@pytest.mark.parametrize("columns", [80, 120])
def test_the_terminal_stays_readable(
    found: Findings, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    for name in ("FORCE_COLOR", "COLORTERM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", str(columns))
    print_findings(found)
    out = capsys.readouterr().out
    assert not unprintable(out)
    assert max(cell_len(line) for line in out.splitlines()) <= columns
    assert len(out.splitlines()) < 60 * len(TASKS) * (len(FORMS) + 1)
    assert f"error, for example: HTTP 400: {NO_TEMPLATE}"[:60] in " ".join(out.split())


def test_the_page_stays_small_and_nothing_acts_on_it(ran: Ran, found: Findings, tmp_path: Path) -> None:
    page = write_html(found, tmp_path / "report.html").read_bytes()
    held = sum(len(reply.text) for r in RunFolder.open(ran.folder).responses() for reply in r.replies)
    assert held > 50 * LONG, "there was much to leave out"
    assert len(page) < 20_000 * len(TASKS) * (len(FORMS) + 1)
    text = page.decode("utf-8")
    assert not unprintable(text.replace("\t", " "))
    assert "<script>" not in text
    assert max(len(line) for line in text.split("\n")) < 10 * 2000
    assert "cut: 2,000 of 200,000 characters" in text


@pytest.mark.parametrize("command", ["report-md", "report-csv", "report-junit", "show", "show-json", "show-cases"])
def test_the_other_formats_stay_readable(
    ran: Ran, found: Findings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setattr("trustgen.report.summary", {ran.folder: found}.__getitem__)
    what, _, how = command.partition("-")
    told = {
        "show-cases": ["show", str(ran.folder / "edition"), "--cases", "9"],
        "show-json": ["show", str(ran.folder), "--json"],
        "show": ["show", str(ran.folder)],
    }
    target = tmp_path / f"out.{how}"
    done = CliRunner().invoke(app, told.get(command) or [what, str(ran.folder), "-f", how, "-o", str(target)])
    assert done.exit_code == 0, done.output
    text = target.read_text("utf-8") if what == "report" else done.stdout
    assert text
    assert not unprintable(text.replace("\t", " ").replace("\r\n", "\n"))
    assert len(text) < 1_500 * len(ran.estimates), "a figure takes about a kilobyte of JSON, and no reply is in it"
    if how == "json":
        json.loads(text)


def test_outcomes_are_told_by_form(ran: Ran) -> None:
    """A summary that fails when a form's outcomes shift as a whole."""
    tally = {f: Counter(o for one in TASKS for o, *_ in ran.ended[one, f]) for f in (*FORMS, "no_template")}
    total = ran.edition.planned
    assert all(sum(counts.values()) == total for counts in tally.values())
    assert tally["no_template"] == {Outcome.ERROR: total}
    assert tally["base"] == {Outcome.UNPARSED: total}
    assert all(tally[form][Outcome.UNPARSED] > 0.85 * total for form in ECHOES if form != "echo_all")
