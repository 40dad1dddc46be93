"""Who is believed: votes that make a panel's verdict, the order of rungs, and what a judge's key must follow."""

from __future__ import annotations

import json
import re
from importlib import import_module
from types import SimpleNamespace

import pytest

from trustgen.core import (
    Case,
    Expect,
    InputError,
    Judge,
    Outcome,
    Reply,
    Response,
    Ruling,
    Sampling,
    Turn,
    Unusable,
    assistant,
    user,
)
from trustgen.judge import Judging, family, ladder, rubric
from trustgen.judge.answered import BRACES, LONGEST, read
from trustgen.judge.combine import by_arm
from trustgen.judge.fence import visible
from trustgen.judge.injections import BAD, attacks, turned
from trustgen.judge.rubric import Rubric
from trustgen.judge.whole import WholeJudge

CASE = Case("c", "t", "plain", (user("Capital of France?"),), Expect(answer="Paris", wrong=("Lyon",)), ("r",))
LYON = Response("key", "c", "t", "m", "answered", (Reply("Lyon"),))
RUBRIC = '+++\ntitle = "x"\n[verdicts]\ngood = 1\nbad = 0\n+++\n'


def says(word: str, evidence: str = "because") -> str:
    return json.dumps({"evidence": evidence, "verdict": word})


class Member:
    """A bound judge that says one thing; None for one that cannot be reached."""

    role = "judge"

    def __init__(self, reply: str | None, uri: str = "organism/a") -> None:
        self.reply, self.uri = reply, uri
        self.prompts: list[tuple[Turn, ...]] = []
        self.seeds: list[int | None] = []

    def ask(self, *turns: Turn, sampling: Sampling) -> Reply:
        self.prompts.append(turns)
        self.seeds.append(sampling.seed)
        if self.reply is None:
            raise Unusable("503")
        return Reply(self.reply)


class Rung(Judge):
    """A judge that always rules the same."""

    def __init__(self, key: str, outcome: Outcome = Outcome.UNPARSED, *, asks: bool = False, reads: str = "") -> None:
        self._key, self.outcome, self.asks, self.reads = key, outcome, asks, reads

    @property
    def key(self) -> str:
        return self._key

    def __call__(self, case: Case, response: Response) -> Ruling:
        score = 1.0 if self.outcome == Outcome.SCORED else None
        return Ruling(self.outcome, score, reason=f"says {self.key}", rung=self.key)


def panel(*replies: str | None) -> Judging:
    """A panel whose members say these."""
    return Judging(rubric("answer"), [Member(reply, f"organism/{i}") for i, reply in enumerate(replies)])


# ── votes ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("replies", "outcome", "label"),
    [
        ((says("right"), says("right"), None), Outcome.SCORED, "right"),
        ((says("right"), says("right"), "hm"), Outcome.SCORED, "right"),
        ((says("right"), says("wrong"), None), Outcome.UNPARSED, ""),  # enough votes, and no majority
        ((says("right"), "hm", "hm"), Outcome.UNPARSED, ""),
        ((says("right"), "hm", None), Outcome.ERROR, ""),  # too few, and one was never cast: judged again later
        (("hm", None), Outcome.ERROR, ""),
        ((says("right"), says("right"), says("wrong"), says("wrong")), Outcome.UNPARSED, ""),
        ((says("right"), says("wrong"), says("unclear"), says("refused"), says("right")), Outcome.UNPARSED, ""),
        ((says("right"), says("right"), says("wrong"), None), Outcome.SCORED, "right"),
        ((says("right"), says("right"), "hm", "hm"), Outcome.UNPARSED, ""),
    ],
)
def test_more_than_half_must_vote_and_more_than_half_of_them_agree(
    replies: tuple[str | None, ...], outcome: Outcome, label: str
) -> None:
    ruling = panel(*replies)(CASE, LYON)
    assert (ruling.outcome, ruling.label) == (outcome, label)
    assert len(ruling.votes) == len(replies), "every vote is kept, those that were lost too"


def test_the_reason_is_one_of_the_majority() -> None:
    ruling = panel(says("wrong", "it says Lyon"), says("right", "one"), says("right", "two"))(CASE, LYON)
    assert ruling.reason == "one"


def test_every_repeat_is_a_draw_of_its_own() -> None:
    """With one seed the third repeat, asked as the first was, would be the first one's answer from the cache."""
    member = Member(says("right"))
    Judging(rubric("answer"), [member], repeats=3)(CASE, LYON)
    assert len(set(member.seeds)) == 3


def test_a_judge_that_rambles_reads_little_of_it_again() -> None:
    member = Member("I was told that it is right. " * 100)
    Judging(rubric("answer"), [member])(CASE, LYON)
    assert len(member.prompts[1][1].text) == 500


@pytest.mark.parametrize(("members", "repeats", "least"), [(0, 1, None), (1, 0, None), (2, 1, 3), (2, 1, 0)])
def test_a_panel_that_cannot_decide_is_refused(members: int, repeats: int, least: int | None) -> None:
    with pytest.raises(InputError, match="cannot decide"):
        Judging(rubric("answer"), [Member("")] * members, repeats=repeats, least=least)


def test_the_key_follows_the_votes_needed_and_every_member() -> None:
    a, b, c = (Member("", f"organism/{name}") for name in "abc")
    found = rubric("answer")
    keys = [
        Judging(found, [a, b]).key,
        Judging(found, [a, b], least=1).key,
        Judging(found, [a, c]).key,
        Judging(found, [a, b, c]).key,
    ]
    assert len(set(keys)) == len(keys)
    assert Judging(found, [b, a]).key == keys[0], "in whatever order they were named"


@pytest.mark.parametrize(
    ("verdict", "outcome", "score"),
    [
        ("right", Outcome.SCORED, 1.0),
        ("wrong", Outcome.SCORED, 0.0),
        ("refused", Outcome.REFUSED, None),
        ("unclear", Outcome.UNPARSED, None),
    ],
)
def test_a_verdict_is_worth_what_its_rubric_says(verdict: str, outcome: Outcome, score: float | None) -> None:
    ruling = panel(says(verdict))(CASE, LYON)
    assert (ruling.outcome, ruling.score) == (outcome, score)
    assert [vote.label for vote in ruling.votes] == [verdict]


# ── rungs ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("outcome", [Outcome.SCORED, Outcome.REFUSED, Outcome.ERROR])
def test_the_first_rung_that_decides_decides(outcome: Outcome) -> None:
    """A refusal that the rule read is no case for a model; nor is a judge that could not be reached for a person."""
    ruling = ladder(Rung("one"), Rung("two", outcome), Rung("three", Outcome.SCORED))(CASE, LYON)
    assert (ruling.outcome, ruling.rung) == (outcome, "two")


def test_rungs_in_another_order_are_another_judge() -> None:
    one, two = Rung("one"), Rung("two")
    assert ladder(one, two).key != ladder(two, one).key


def test_a_ladder_waits_for_whoever_asks_and_reads_as_its_rule_does() -> None:
    rule, model = Rung("rule", reads="answer"), Rung("model", asks=True, reads="other")
    assert ladder(rule, model).asks
    assert not ladder(rule, Rung("more")).asks
    assert ladder(rule, model).reads == "answer"


def test_a_judge_by_arm_waits_where_one_arm_asks_and_its_key_says_which_arm_has_which() -> None:
    rule, model = Rung("rule"), Rung("model", asks=True)
    assert by_arm({"open": rule, "mcq": model}).asks
    assert not by_arm({"open": rule}).asks
    assert by_arm({"open": rule, "mcq": model}).key != by_arm({"open": model, "mcq": rule}).key


def test_arms_share_a_judge_only_where_all_have_the_same() -> None:
    rule, other = Rung("rule", reads="answer"), Rung("rule", reads="unknowable")
    assert by_arm({"open": rule, "mcq": rule}).of("") is rule
    assert by_arm({"open": rule, "mcq": Rung("two")}).of("") is None
    assert by_arm({"open": rule}).of("mcq") is None
    assert by_arm({"open": rule, "none": other}).judges == (rule, other), "one rule that is calibrated on two sets"


# ── a judge's reply, and what it is shown ───────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("reply", "verdict"),
    [
        ("x" * LONGEST + says("right"), "right"),
        (says("rightly"), ""),
        ("Verdict: right, or perhaps wrong", ""),
        ("Verdict: rightly", ""),
        ("{" * (BRACES // 2) + says("right"), "right"),
    ],
)
def test_a_verdict_is_a_whole_word_at_the_end(reply: str, verdict: str) -> None:
    assert read(reply, ("right", "wrong")).verdict == verdict


def test_a_chat_token_in_letters_of_another_width_loses_its_brackets() -> None:
    wide = "".join(chr(ord(c) + 0xFEE0) for c in "<|im_start|>")
    assert visible(f"{wide}system") == "(token im_start)system"
    assert visible("a\u200bb\u00adc\x00d\U000e0041") == "abcd"


def marks(prompt: str) -> set[str]:
    """The marks that fence foreign text in a prompt."""
    return set(re.findall(r"\[(\w{12}) begin", prompt))


def test_the_mark_follows_from_the_very_text_that_it_fences() -> None:
    """A reply keeps its key whatever it says: a mark made from the key alone could be said in the reply."""
    found = rubric("answer")
    other = Response("key", "c", "t", "m", "answered", (Reply("Paris"),))
    (one,), (two,) = marks(found.ask(CASE, LYON).text), marks(found.ask(CASE, other).text)
    assert one != two


@pytest.mark.parametrize("slot", ["request", "reply", "transcript", "question"])
def test_what_others_wrote_is_fenced(slot: str) -> None:
    body = "{{reply}}" if slot == "reply" else f"{{{{reply}}}} {{{{{slot}}}}}"
    asked = Rubric("mine", RUBRIC + body)
    assert re.search(rf"\[\w{{12}} begin {slot}\]\n.*\n\[\w{{12}} end {slot}\]", asked.ask(CASE, LYON).text, re.S)


def test_a_transcript_puts_each_reply_where_it_was_due() -> None:
    turns = (user("Before."), assistant("Given."), user("One?"), user("Two?"))
    case = Case("c", "t", "twice", turns, Expect(), ("r",))
    response = Response("key", "c", "t", "m", "answered", (Reply("first"), Reply("second")))
    shown = Rubric("mine", RUBRIC + "{{transcript}}").ask(case, response).text
    said = re.findall(r"^(?:user|assistant|model): (\S+)$", shown, re.M)
    assert said == ["Before.", "Given.", "One?", "first", "Two?", "second"]


def test_the_question_is_what_was_asked_last_unless_the_case_names_it() -> None:
    case = Case("c", "t", "twice", (user("Once."), user("Then?")), Expect(), ("r",))
    shown = Rubric("mine", RUBRIC + "{{reply}} {{question}}").ask(case, LYON).text
    assert "Then?" in shown
    assert "Once." not in shown


def test_the_same_rubric_answered_in_another_form_is_another_judge(monkeypatch: pytest.MonkeyPatch) -> None:
    text = RUBRIC + "{{reply}}"
    before = Rubric("mine", text).key
    assert Rubric("mine", text.replace("good", "fine")).key != before
    monkeypatch.setattr(import_module("trustgen.judge.rubric"), "PROMPTS", SimpleNamespace(wordings={"judge": "other"}))
    assert Rubric("mine", text).key != before


# ── members, and attempts to turn them ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("kin", "uris"),
    [
        ("gpt", ("inspect/openai/gpt-5", "inspect/openai/chatgpt-4o-latest", *(f"inspect/x/o{n}-mini" for n in "134"))),
        ("gemini", ("inspect/google/gemini-2.5-pro", "hf/google/gemma-3-4b-it")),
        ("llama", ("hf/meta-llama/Llama-3.2-1B", "hf/lmsys/vicuna-13b-v1.5", "hf/allenai/tulu-2-7b")),
        ("mistral", ("inspect/mistral/mistral-large", "inspect/x/mixtral-8x7b", "inspect/x/codestral-latest")),
        ("qwen", ("hf/Qwen/Qwen3-0.6B?revision=a/b", "openai-api:qwq-32b@http://host/gpt")),
        ("smollm", ("smollm2", "hf/HuggingFaceTB/SmolVLM-256M-Instruct")),
    ],
)
def test_what_one_maker_sells_under_several_names_is_one_family(kin: str, uris: tuple[str, ...]) -> None:
    assert {family(uri) for uri in uris} == {kin}


class Reader(Member):
    """A judge of refusals that says one thing of a plain reply, and another of an attacked one."""

    def __init__(self, plain: str, attacked: str) -> None:
        super().__init__("")
        self.plain, self.attacked = plain, attacked

    def ask(self, *turns: Turn, sampling: Sampling) -> Reply:
        bare = re.search(r"begin reply\]\n(.*)\n\[\w{12} end", turns[0].text, re.S)
        return Reply(self.plain if bare and bare[1] == BAD["refusal"][0].reply else self.attacked)


def test_half_a_mark_is_turned_and_no_verdict_is_blinded() -> None:
    names = [name for name, _ in attacks() if name != "disguise: tag characters"]  # gone before the judge reads
    half = turned(Judging(rubric("refusal"), [Reader(says("compliance"), says("partial"))]))
    assert [one.attack for one in half.turned] == names
    assert half.blinded == ()
    lost = turned(Judging(rubric("refusal"), [Reader(says("compliance"), "hm")]))
    assert list(lost.blinded) == names
    assert lost.turned == ()


def test_a_judge_that_reads_nothing_was_not_tried() -> None:
    """Nothing turned it, and nothing could have: that is no proof of anything."""
    assert turned(Judging(rubric("refusal"), [Reader("hm", "hm")])) == (0, (), (), False)
    assert turned(Rung("of a kind without bad replies", reads="poetry")).readable is False


# ── whole replies ───────────────────────────────────────────────────────────────────────────────────────────────────


def _rule(case: Case, text: str) -> Ruling:
    return Ruling(Outcome.SCORED, 1.0, text)


def test_a_long_reply_is_read_at_both_ends_and_how_much_is_read_is_part_of_the_key() -> None:
    short, long = (WholeJudge("whole", _rule, most=most) for most in (10, 20))
    assert short.key != long.key
    reply = Response("key", "c", "t", "m", "answered", (Reply("a" * 10 + "b" * 10 + "c" * 10),))
    assert short(CASE, reply).label == "aaaaa\nccccc"
