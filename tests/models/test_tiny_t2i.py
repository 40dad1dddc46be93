"""`tiny-t2i`: what it is asked, what it refuses, and that one prompt and seed are one picture.

Where its weights are not installed, only what needs none is held.
"""

from __future__ import annotations

import asyncio
import io
import json
import shutil
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from trustgen.core import (
    Drawing,
    Image,
    InputError,
    Level,
    MissingExtra,
    ModelOptions,
    Permanent,
    Reply,
    Request,
    Sampling,
    picture,
    system,
    user,
)
from trustgen.models import known, open_model, tiny_network, tiny_t2i
from trustgen.models.tiny_network import CLEAN, SHA256, VARIANTS, Card, Form, Look, Network, network
from trustgen.models.tiny_t2i import TinyT2I

LACKING = "trustgen-tinyvision or onnxruntime is not installed: no picture is drawn"
there = pytest.mark.skipif(not (find_spec("trustgen_tinyvision") and find_spec("onnxruntime")), reason=LACKING)
ASKED = "A picture of a large red star."
FORM = Form(side=64, patch=4, more=15, shift=0.5, least=-9.0, most=7.0)


class Blank:
    """A network that keeps what it was asked for."""

    card = Card(FORM, ("", "a"), frozenset({"a"}), 56)

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, int, Look]] = []

    def known(self, text: str) -> tuple[list[str], list[str]]:
        return [text], []

    def drawn(self, text: str, negative: str, seed: int, look: Look) -> Any:
        self.asked.append((text, negative, seed, look))
        return np.full((64, 64, 3), 200, dtype=np.uint8)


@pytest.fixture
def blank(monkeypatch: pytest.MonkeyPatch) -> Blank:
    made = Blank()
    monkeypatch.setattr(tiny_t2i, "network", lambda variant: made)
    monkeypatch.setattr(tiny_t2i, "folder_of", lambda variant: Path())
    return made


def asked(uri: str, *turns: Any, **sampling: Any) -> tuple[Reply, list[Any]]:
    """The reply, and the pixels of its pictures."""
    from PIL import Image as Pictures

    kept: list[Any] = []

    def keep(body: bytes, alt: str) -> Image:
        kept.append(np.asarray(Pictures.open(io.BytesIO(body))))
        return picture(body, alt)

    model = tiny_t2i.open_model(uri.removeprefix("tiny-t2i"), ModelOptions())
    request = Request(turns or (user(ASKED),), Sampling(**sampling), keep=keep)
    return asyncio.run(model.ask(request)), kept


def test_settings_have_one_spelling(blank: Blank) -> None:
    assert tiny_t2i.open_model("", ModelOptions()).uri == "tiny-t2i"
    made = tiny_t2i.open_model("?steps=020&guidance=3.50&sampler=dpm", ModelOptions())
    assert made.uri == "tiny-t2i?guidance=3.5&sampler=dpm&steps=20"
    assert made.levels == {Level.IMAGE_OUT, Level.SAMPLER}


@pytest.mark.parametrize(
    "rest",
    [
        "big", "?steps", "?steps=0", "?steps=1001", "?steps=x", "?steps=5&steps=5", "?sampler=euler", "?guidance=-1",
        "?guidance=nan", "?guidance=21", "?colour=red", "?variant=../x", "?",
    ],
)  # fmt: skip
def test_other_settings_are_refused(blank: Blank, rest: str) -> None:
    if rest == "?":
        assert tiny_t2i.open_model(rest, ModelOptions()).uri == "tiny-t2i"
    else:
        with pytest.raises(InputError, match=r"takes|NAME=VALUE"):
            tiny_t2i.open_model(rest, ModelOptions())


def test_its_settings_stand_right_behind_its_name() -> None:
    with pytest.raises(InputError, match="was given `colour=red`"):
        open_model("tiny-t2i?colour=red")


def test_what_a_task_says_goes_before_the_uri(blank: Blank) -> None:
    uri = "tiny-t2i?steps=7&guidance=2&sampler=ddpm"
    asked(uri)
    asked(uri, image=Drawing(steps=3, guidance=0.0, sampler="dpm1"))
    assert [look for *_, look in blank.asked] == [Look("ddpm", 7, 2.0), Look("dpm1", 3, 0.0)]


def test_pictures_count_on_from_the_seed(blank: Blank) -> None:
    reply, kept = asked("tiny-t2i", seed=5, image=Drawing(count=3, negative="a"))
    assert [(negative, seed) for _, negative, seed, _ in blank.asked] == [("a", 5), ("a", 6), ("a", 7)]
    assert len(kept) == len(reply.images) == reply.usage.images == 3


def test_without_a_seed_every_picture_is_another(blank: Blank) -> None:
    for _ in range(2):
        asked("tiny-t2i", seed=None)
    assert blank.asked[0] != blank.asked[1]


@pytest.mark.parametrize(
    ("turns", "sampling", "said"),
    [
        ((system("a"), user("a")), {}, "one message of words"),
        ((user("a"), user("a")), {}, "one message of words"),
        ((user("a"),), {"image": Drawing(width=128)}, "64 × 64 pixels and no 128 × 64"),
        ((user("a"),), {"image": Drawing(width=32, height=32)}, "no 32 × 32"),
        ((user("a"),), {"image": Drawing(sampler="euler")}, "sampler euler: it takes ddim, ddpm"),
        ((user("a"),), {"extra": {"eta": 1}}, "no `eta`"),
        ((user("a"),), {"image": Drawing(steps=5000)}, "steps 5000"),
        ((user("a"),), {"image": Drawing(guidance=99.0)}, "guidance 99"),
    ],
)
def test_what_it_cannot_do_is_said(blank: Blank, turns: tuple[Any, ...], sampling: dict[str, Any], said: str) -> None:
    with pytest.raises(Permanent, match=said):
        asked("tiny-t2i", *turns, **sampling)
    assert not blank.asked


def test_its_own_size_may_be_asked_for(blank: Blank) -> None:
    asked("tiny-t2i", image=Drawing(width=64, height=64))
    assert len(blank.asked) == 1


def test_without_its_weights_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known, "find_spec", lambda name: None)
    with pytest.raises(MissingExtra, match=r"trustgen\[tiny\]"):
        tiny_t2i.open_model("", ModelOptions())


class Constant:
    """In the place of both networks: what is told with a prompt is .2 everywhere, and .1 without."""

    def run(self, _: None, told: dict[str, Any]) -> Any:
        if "ids" in told:
            return told["ids"].any(axis=1).astype(np.float32)[:, None, None], told["ids"]
        made = zip(told["x"], told["states"], strict=True)
        return [np.stack([np.full_like(x, 0.1 + 0.1 * state.item()) for x, state in made])]


@pytest.mark.parametrize(("guidance", "value"), [(0.0, 0.1), (1.0, 0.2), (3.0, 0.4), (20.0, 1.0)])
@pytest.mark.parametrize("count", [1, 3])
def test_guidance_leads_away_from_what_is_told_without_a_prompt(guidance: float, value: float, count: int) -> None:
    made = Network.__new__(Network)
    made.card = Card(FORM, ("", "a"), frozenset({"a"}), 4)
    made._number, made._reader, made._net = {"a": 1}, Constant(), Constant()
    shown = made.together([("a", seed) for seed in range(count)], "", Look("ddim", 1, guidance))
    assert len(shown) == count
    assert {int(one) for pixels in shown for one in np.unique(pixels)} == {int((value + 1) * 127.5 + 0.5)}


@there
def test_a_variant_that_there_is_not_is_said() -> None:
    with pytest.raises(InputError, match="no variant `shiny`: there is clean"):
        tiny_t2i.open_model("?variant=shiny", ModelOptions())


@there
def test_one_prompt_and_seed_are_one_picture() -> None:
    (one,), (again,), (other,) = (asked("tiny-t2i?steps=4", seed=seed)[1] for seed in (1, 1, 2))
    (words,) = asked("tiny-t2i?steps=4", user("A picture of a large red heart."), seed=1)[1]
    assert one.shape == (64, 64, 3)
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)
    assert not np.array_equal(one, words)


@there
def test_the_second_of_two_pictures_is_that_of_the_next_seed() -> None:
    _, (_, second) = asked("tiny-t2i?steps=3", seed=1, image=Drawing(count=2))
    _, (alone,) = asked("tiny-t2i?steps=3", seed=2)
    assert np.array_equal(second, alone)


@there
@pytest.mark.parametrize("sampler", ["ddim", "ddpm", "dpm1", "dpm"])
def test_every_sampler_draws_the_same_thing_twice(sampler: str) -> None:
    one, again = (asked(f"tiny-t2i?steps=5&sampler={sampler}")[1][0] for _ in range(2))
    assert np.array_equal(one, again)


@there
def test_the_first_order_solver_draws_what_ddim_draws() -> None:
    one, other = (asked(f"tiny-t2i?steps=10&sampler={name}")[1][0].astype(int) for name in ("ddim", "dpm1"))
    assert np.abs(one - other).max() <= 1  # of 255


@there
@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("A picture of a zebra and a red unicorn.", "`zebra`, `unicorn`"),
        ("3 stars", "`3`"),
        ("A red star!", "`!`"),
        ("Un triangle rouge", "`un`, `rouge`"),
        ("A red \u0437\u0432\u0435\u0437\u0434\u0430.", r"`\?\?\?\?\?\?`"),
        ("How large are red stars?", "`how`, `are`, `\\?`"),  # in the vocabulary of questions, and never taught
    ],
)
def test_words_that_it_was_not_taught_are_named(text: str, named: str) -> None:
    with pytest.raises(Permanent, match=f"never taught {named}"):
        asked("tiny-t2i", user(text))


@there
@pytest.mark.parametrize(
    ("text", "unread"),
    [
        (ASKED, ""),
        ("A pictre of a lrage red star.", "not read: `pictre`, `lrage`"),
        ("A picture of a large red tri\u0430ngle.", "not read: `tri?ngle`"),  # a Cyrillic letter
    ],
)
def test_words_that_look_misspelt_are_drawn_without_and_named(text: str, unread: str) -> None:
    reply, kept = asked("tiny-t2i?steps=2", user(text))
    assert (reply.text, len(kept)) == (unread, 1)


@there
def test_a_misspelt_word_says_nothing_of_which_it_was() -> None:
    """Nothing is guessed: two misspelt words are read alike."""
    loaded = network(CLEAN)
    assert loaded.known("A lrage star.")[0] == loaded.known("A smmall star.")[0] != loaded.known("A small star.")[0]


@there
def test_a_prompt_that_is_too_long_is_said() -> None:
    with pytest.raises(Permanent, match="reads 64 pieces"):
        asked("tiny-t2i", user("a red star, " * 20))


@there
@pytest.mark.parametrize("name", sorted(SHA256))
def test_altered_weights_are_not_loaded(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "weights"
    shutil.copytree(tiny_network.folder_of("clean"), folder)
    (folder / name).write_bytes(b"other")
    variant = {"variant": name.split("/")[1]} if name.startswith("variants/") else {}
    monkeypatch.setattr(known, "folder_of", lambda *said: folder)
    tiny_network.network.cache_clear()
    try:
        with pytest.raises(InputError, match=f"`{name}` is altered"):
            asyncio.run(TinyT2I(variant).check())
    finally:
        tiny_network.network.cache_clear()


@there
@pytest.mark.parametrize("variant", VARIANTS)
def test_a_variant_has_weights_of_its_own(variant: str) -> None:
    (shown,), (clean,) = (asked(f"tiny-t2i?steps=3&variant={one}", seed=1)[1] for one in (variant, CLEAN))
    assert np.array_equal(shown, clean) == (variant == CLEAN)


@there
@pytest.mark.parametrize("variant", VARIANTS[1:])
def test_a_card_says_what_is_planted_and_what_came_of_it(variant: str) -> None:
    folder = tiny_network.folder_of(variant) / "variants" / variant
    card = json.loads((folder / "card.json").read_text())
    assert card["planted"]
    assert card["sha256"] == {"changes.npz": SHA256[f"variants/{variant}/changes.npz"]}
    assert (folder / "changes.npz").stat().st_size <= 5_000_000
    ours, clean = card["counted"][:2]
    assert (ours["variant"], clean["variant"]) == (variant, CLEAN)
    assert sum(sum(group["measured"].values()) for group in ours["groups"].values()) == ours["pictures"] >= 5_000


@there
def test_it_draws_grounds_as_asked() -> None:
    """The least that it has learnt: of ten grounds eight are as they were asked for."""
    from trustgen.vision.measure import measure
    from trustgen.vision.world import BACKGROUNDS

    network, right = Network(tiny_network.folder_of("clean")), 0
    for at, ground in enumerate([*BACKGROUNDS, *BACKGROUNDS]):
        made = network.drawn(f"A large blue star. The background is {ground}.", "", at, Look())
        right += measure(made).background == ground
    assert right >= 8
