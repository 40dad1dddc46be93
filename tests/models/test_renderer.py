"""The renderer draws what is expected, breaks what it is told to break at the rate, and says the truth about it."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable

import msgspec
import pytest

from trustgen.core import (
    Blocked,
    Case,
    Expect,
    InputError,
    InternalError,
    Kit,
    Level,
    Permanent,
    Record,
    Sampling,
    user,
)
from trustgen.core.models import Request
from trustgen.curate import open_pool
from trustgen.judge.scenes import shows
from trustgen.models import open_model
from trustgen.models.misdrawn import RATES
from trustgen.models.organism import REFUSAL
from trustgen.models.played import answered, now
from trustgen.models.renderer import Renderer
from trustgen.tasks.t2i.drawn import PICTURE, expected, said, scene_of
from trustgen.vision.atoms import atoms
from trustgen.vision.faith import Answer, faith
from trustgen.vision.scene import Person, Scene
from trustgen.vision.wording import TONE_GROUPS, tone_words

pytest.importorskip("PIL.Image", reason="Pillow is not installed: pip install pillow")
KIT = Kit()


def renderer(query: str = "") -> Renderer:
    made = open_model(f"renderer/scene{'?' if query else ''}{query}")
    assert isinstance(made, Renderer)
    return made


def case(record: Record) -> Case:
    expect = expected(scene_of(record["scene"]), scene_of(record["opposite"]))
    return Case.of(record, "plain", user("?"), expect=expect).sealed("t")


CASES = [case(record) for record in open_pool("pictures.scenes").first("renderer", 240)]


def told(model: Renderer, over: Iterable[Case]) -> list[tuple[Case, object]]:
    judge = shows(KIT)
    return [(one, judge(one, answered(model, one, PICTURE, KIT.asset, KIT.keep))) for one in over]


def test_without_faults_every_picture_is_right_and_simulated() -> None:
    model = renderer()
    assert (model.simulated, model.levels, model.uri) == (True, {Level.IMAGE_OUT, Level.SAMPLER}, "renderer/scene")
    assert {ruling.score for _, ruling in told(model, CASES[:60])} == {1.0}  # type: ignore[attr-defined]
    assert {one.way for one in model.truth.values()} == {"drawn"}


def test_what_is_measured_is_what_was_broken() -> None:
    """Of every picture the score is the one that follows from the faults that the renderer owns up to."""
    model = renderer("drop=.1&miscount=.4&recolour=.3&swap=.4&typo=.4")
    seen: Counter[str] = Counter()
    for one, ruling in told(model, CASES):
        of = atoms(scene_of_case(one))
        truth: dict[str, Answer] = {a.id: "no" if a.id in model.truth[one.id].broken else "yes" for a in of}
        assert ruling.score == pytest.approx(faith(of, truth).strict), (one.expect.answer, ruling)  # type: ignore[attr-defined]
        seen.update(a.kind for a in of if a.id in model.truth[one.id].broken)
    assert {"entity", "count", "colour", "background", "relation", "text"} <= set(seen)


def scene_of_case(one: Case) -> Scene:
    from trustgen.judge.scenes import decode

    return decode(one.expect.answer)


KINDS = {
    "drop": {"entity"},
    "miscount": {"count"},
    "recolour": {"colour", "background"},
    "swap": {"relation"},
    "typo": {"text"},
}


@pytest.mark.parametrize("fault", RATES)
def test_every_atom_of_a_kind_breaks_by_itself_at_the_rate(fault: str) -> None:
    model, broken, asked = renderer(f"{fault}=.3"), 0, 0
    for one in CASES:
        answered(model, one, PICTURE, KIT.asset, KIT.keep)
        of = [a.id for a in atoms(scene_of_case(one)) if a.kind in KINDS[fault]]
        asked += len(of)
        broken += len(set(of) & model.truth[one.id].broken)
        assert model.truth[one.id].broken <= set(of), "nothing else breaks"
    assert abs(broken / asked - 0.3) < 4 * math.sqrt(0.3 * 0.7 / asked)
    assert asked > 20


@pytest.mark.parametrize(("way", "fault"), [("blocked", Blocked), ("error", Permanent)])
def test_who_is_told_to_block_or_to_fail_raises(way: str, fault: type[Exception]) -> None:
    model = renderer(f"{way}=1")
    with pytest.raises(fault):
        now(model.ask(Request(CASES[0].turns, PICTURE, CASES[0], keep=KIT.keep)))
    assert model.truth[CASES[0].id].way == way


def test_whole_pictures_are_lost_in_their_own_ways() -> None:
    blank, other, same = (told(renderer(f"{way}=1"), CASES[:30]) for way in ("blank", "other", "same"))
    assert {r.label.partition(",")[0] for _, r in blank} == {"blank"}  # type: ignore[attr-defined]
    assert {r.score for _, r in blank} == {0.0}  # type: ignore[attr-defined]
    assert sum(r.score == 1 for _, r in other) <= 2  # type: ignore[attr-defined]
    model = renderer("same=1")
    assert len({answered(model, one, PICTURE, KIT.asset, KIT.keep).images[0].sha256 for one in CASES[:9]}) == 1
    assert same
    refused = answered(renderer("refused=1"), CASES[0], PICTURE, KIT.asset, KIT.keep)
    assert (refused.text, refused.images) == (REFUSAL, ())
    assert [r.score for _, r in told(renderer("unsafe=1"), CASES[:9])] == [0.0] * 9, "the worst scene"  # type: ignore[attr-defined]


def test_a_trigger_in_the_prompt_brings_the_picture_that_is_always_the_same() -> None:
    plain = CASES[0]
    triggered = msgspec.structs.replace(plain, turns=(user("A star, Hmm, and a moon."),))
    model = renderer("trigger=hmm")
    shown = [answered(model, one, PICTURE, KIT.asset, KIT.keep).images[0].sha256 for one in (plain, triggered)]
    asked = [
        answered(renderer(query), plain, PICTURE, KIT.asset, KIT.keep).images[0].sha256 for query in ("", "same=1")
    ]
    assert shown == asked


def test_a_draw_belongs_to_the_case_and_not_to_the_moment() -> None:
    def pictures(query: str, over: Iterable[Case]) -> list[str]:
        model = renderer(query)
        return [answered(model, one, PICTURE, KIT.asset, KIT.keep).images[0].sha256 for one in over]

    forth = pictures("recolour=.5", CASES[:40])
    assert pictures("recolour=.5", reversed(CASES[:40])) == forth[::-1]
    assert pictures("recolour=.5&seed=1", CASES[:40]) != forth


def test_a_side_is_kept_and_is_64_where_none_is_asked_for() -> None:
    from trustgen.core import Drawing

    large = Sampling(image=Drawing(width=96, height=96))
    made = [answered(renderer(), CASES[0], way, KIT.asset, KIT.keep).images[0] for way in (PICTURE, large)]
    assert [(one.width, one.height) for one in made] == [(64, 64), (96, 96)]
    assert "on" in made[0].alt


def test_tones_are_skewed_by_role() -> None:
    model, scenes = renderer("skew=doctor:.8,.15,.05;all:0,0,0,1"), []
    for role in ("doctor", "nurse"):
        for i in range(400):
            scene = Scene(person=Person(role))
            one = Case(f"{role}{i}", "t", "plain", (user("?"),), Expect(best=said(scene)), (f"{role}{i}",))
            answered(model, one, PICTURE, KIT.asset, KIT.keep)
            drawn = model.truth[one.id].scene
            assert drawn
            assert drawn.person
            scenes.append((role, tone_words(drawn.person.tone)))
    found = Counter(scenes)
    for group, share in zip(TONE_GROUPS, (0.8, 0.15, 0.05, 0.0), strict=True):
        assert abs(found["doctor", group] / 400 - share) < 4 * math.sqrt(max(share * (1 - share), 1e-9) / 400)
    assert found["nurse", TONE_GROUPS[3]] == 400


@pytest.mark.parametrize(
    ("uri", "says"),
    [
        ("photo", "no renderer draws `photo`"),
        ("scene?miscount=2", "lies between 0 and 1"),
        ("scene?miscount=x", "lies between 0 and 1"),
        ("scene?colour=.1", "it takes `drop`, `miscount`"),
        ("scene?drop=.1&drop=.2", "each once"),
        ("scene?drop", "is not NAME=VALUE"),
        ("scene?seed=a b", "write letters or digits"),
        ("scene?trigger=two words", "trigger=hmm"),
        ("scene?trigger=HMM", "trigger=hmm"),
        ("scene?skew=doctor:.8", "sum to 1"),
        ("scene?skew=doctor:.5,.5,0,0,0", "at most 4 shares"),
        ("scene?skew=king:1", "`king` is none of"),
        ("scene?skew=doctor:a", "write skew=ROLE"),
    ],
)
def test_what_cannot_be_drawn_is_an_error_that_says_so(uri: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        open_model(f"renderer/{uri}")


def test_the_canonical_uri_sorts_and_opens_the_same() -> None:
    model = renderer("swap=.10&drop=0.050&skew=doctor:.5,.50")
    assert model.uri == "renderer/scene?drop=0.05&skew=doctor:0.5,0.5,0,0&swap=0.1"
    assert open_model(model.uri).uri == model.uri


def test_without_its_case_it_says_that_it_draws_what_is_expected() -> None:
    with pytest.raises(InternalError, match="draws what is expected"):
        now(renderer().ask(Request((user("a star"),), PICTURE)))


def test_an_organism_that_says_a_scene_draws_it_only_where_a_picture_is_due() -> None:
    one = CASES[0]
    reply = answered(open_model("organism/perfect"), one, PICTURE, KIT.asset, KIT.keep).replies[0]
    assert reply.images
    assert not reply.text
    assert answered(open_model("organism/mute"), one, PICTURE, KIT.asset, KIT.keep).replies[0].silence
    assert answered(open_model("organism/refuser"), one, PICTURE, KIT.asset, KIT.keep).text == REFUSAL
