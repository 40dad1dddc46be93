"""`tiny-vlm`: what it is asked, what it refuses, and how often it is right about pictures that it never saw.

Where its weights are not installed, only what needs none is held.
"""

from __future__ import annotations

import asyncio
import shutil
from collections import Counter
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from math import exp
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trustgen.core import (
    OFFERED,
    Image,
    InputError,
    Level,
    MissingExtra,
    ModelOptions,
    Permanent,
    Reply,
    Request,
    Sampling,
    Scratch,
    Text,
    Turn,
    Unusable,
    assistant,
    keyed,
    system,
    user,
)
from trustgen.models import known, open_model, tiny_vlm_network
from trustgen.models.tiny_vlm import TinyVLM
from trustgen.models.tiny_vlm_network import ANSWER, END, Answer, Card, Network, Said, averaged, spaced
from trustgen.vision.asked import Question, put, questions
from trustgen.vision.drawing import COMPLEXITIES, drawn
from trustgen.vision.layout import Layout, laid
from trustgen.vision.render import Pixels, png, render
from trustgen.vision.scene import filled
from trustgen.vision.world import BACKGROUNDS, SHAPES

LACKING = "trustgen-tinyvision or onnxruntime is not installed: no picture is looked at"
there = pytest.mark.skipif(not (find_spec("trustgen_tinyvision") and find_spec("onnxruntime")), reason=LACKING)
SCENES = 120
FLOORS = {
    "presence": 0.97, "colour": 0.97, "shape": 0.97, "size": 0.97, "count": 0.95, "where": 0.95, "relation": 0.95,
    "same": 0.95, "word": 0.95, "ground": 0.98,
}  # fmt: skip
"""Well below what its card says."""


def layouts(count: int, stream: str = "fresh") -> Iterator[tuple[Layout, list[Question]]]:
    """Scenes that it was not trained on, with what is asked of each."""
    for at in range(count):
        draw = keyed("tiny-vlm", "tests", stream, str(at))
        try:
            layout = laid(filled(drawn(draw, COMPLEXITIES[at % len(COMPLEXITIES)]), draw), draw)
        except Unusable:
            continue
        yield layout, questions(layout, draw)


@cache
def pictured(seed: int = 0) -> tuple[Layout, Pixels, Question]:
    """A picture, and the question of what colour something in it is."""
    (layout, told), *_ = layouts(1, f"one {seed}")
    return layout, render(layout, 64), next(one for one in told if one.kind == "colour")


def ask(text: str = "", *pictures: bytes, turns: tuple[Any, ...] = (), **sampling: Any) -> Reply:
    """The reply to one message of words and pictures."""
    kept = Scratch()
    shown = [kept.keep(part) for part in pictures]
    request = Request(turns or (user(text, *shown),), Sampling(**sampling), asset=kept.asset)
    return asyncio.run(open_model("tiny-vlm").ask(request))


def test_it_takes_nothing_after_its_name_and_says_what_it_can() -> None:
    with pytest.raises(InputError, match="takes nothing after its name"):
        open_model("tiny-vlm/large")
    assert TinyVLM.levels == {Level.GENERATE, Level.IMAGE_IN, Level.LOGPROBS}
    assert TinyVLM.without == OFFERED


def test_without_its_weights_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known, "find_spec", lambda name: None)
    with pytest.raises(MissingExtra, match=r"trustgen\[tiny\]"):
        open_model("tiny-vlm", ModelOptions())


# ── pixels ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@given(st.integers(1, 5), st.integers(0, 2**32 - 1))
def test_a_picture_whose_sides_are_multiples_is_averaged_by_blocks(times: int, seed: int) -> None:
    pixels = np.random.default_rng(seed).integers(0, 256, (8 * times, 8 * times, 3), dtype=np.uint8)
    blocks = pixels.reshape(8, times, 8, times, 3).astype(float).mean(axis=(1, 3))
    assert np.abs(averaged(pixels, 8) - blocks).max() <= 0.501
    assert averaged(pixels, 8).dtype == np.uint8


@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 255))
def test_one_colour_stays_that_colour_at_any_size(rows: int, columns: int, value: int) -> None:
    made = averaged(np.full((rows, columns, 3), value, dtype=np.uint8), 16)
    assert made.shape == (16, 16, 3)
    assert set(np.unique(made)) == {value}


def test_what_is_not_square_is_squeezed() -> None:
    pixels = np.zeros((8, 16, 3), dtype=np.uint8)
    pixels[:, 8:] = 200
    made = averaged(pixels, 8)
    assert (made[:, :4] == 0).all()
    assert (made[:, 4:] == 200).all()


# ── answers, piece by piece ─────────────────────────────────────────────────────────────────────────────────────────


class Scripted:
    """In the decoder's place: says the pieces of a script, whatever it is asked, and keeps what it was given."""

    def __init__(self, *script: int) -> None:
        self.script, self.given = list(script), list[dict[str, Any]]()

    def run(self, _: None, given: dict[str, Any]) -> list[Any]:
        self.given.append(given)
        scores = np.zeros((1, len(CARD.words)), dtype=np.float32)
        scores[0, self.script[min(len(self.given), len(self.script)) - 1]] = 5.0
        return [scores, given["keys"], given["values"]]


CARD = Card(64, ("", "<misspelt>", ANSWER, END, "is", "it", "star", "?", "A", "B", ",", "yes"),
            frozenset(("<misspelt>", "is", "it", "star", "?")), 5, 8)  # fmt: skip
SIGHT = np.zeros((3, 1, 4, 2, 24), np.float32), np.zeros((3, 1, 4, 2, 24), np.float32)


def scripted(*script: int) -> tuple[Network, Scripted]:
    made, decoder = Network.__new__(Network), Scripted(*script)
    made.card, made._number = CARD, {word: at for at, word in enumerate(CARD.words)}
    made._decoder = decoder
    return made, decoder


def test_an_answer_ends_where_its_end_is_likeliest() -> None:
    network, decoder = scripted(11, 10, 8, 9, 3)
    made = network.answered(SIGHT, "Is it?", 20)
    assert (made.text, made.ended, made.read) == ("yes, AB", True, 3)
    assert [one["ids"].tolist() for one in decoder.given] == [[[4, 5, 7, 2]], [[11]], [[10]], [[8]], [[9]]]


@pytest.mark.parametrize(("most", "said"), [(2, 2), (50, 5)])
def test_an_answer_ends_unfinished_at_the_cap_or_where_places_end(most: int, said: int) -> None:
    made = scripted(11)[0].answered(SIGHT, "Is it?", most)  # the question and its mark take four of eight places
    assert (len(made.said), made.ended) == (said, False)


def test_a_misspelt_word_is_read_as_one_mark() -> None:
    network, decoder = scripted(3)
    network.answered(SIGHT, "Is it starr?", 9)
    assert decoder.given[0]["ids"].tolist() == [[4, 5, 1, 7, 2]]


def test_a_question_that_is_too_long_is_said() -> None:
    with pytest.raises(Permanent, match="`tiny-vlm` reads 5 pieces, and this prompt has 6"):
        scripted(3)[0].answered(SIGHT, "is it it it it it", 9)


def test_pieces_are_written_as_somebody_would() -> None:
    said = ["two", "red", "stars", ",", "the", "word", "A", "B", "C", ",", "on", "a", "white", "background", "."]
    assert "".join(spaced(said)) == "two red stars, the word ABC, on a white background."
    assert Answer((), True, 1).text == ""
    assert Answer(tuple(Said(one, np.zeros(1)) for one in ("S", "T", "O", "P")), True, 1).text == "STOP"


# ── the weights ─────────────────────────────────────────────────────────────────────────────────────────────────────


@cache
def counted() -> dict[str, Counter[tuple[str, bool]]]:
    """Of fresh scenes: by what it saw and kind of question, how many answers were right and wrong."""
    network, found = tiny_vlm_network.network(), {arm: Counter[tuple[str, bool]]() for arm in ("own", "grey")}
    for at, (layout, told) in enumerate(layouts(SCENES)):
        own = network.seen(f"counted {at}", lambda layout=layout: render(layout, 64))  # type: ignore[misc]
        for arm, sight in (("own", own), ("grey", network.blind())):
            found[arm].update((one.kind, network.answered(sight, one.text, 50).text == one.gold) for one in told)
    return found


@there
@pytest.mark.parametrize("kind", FLOORS)
def test_it_is_right_about_fresh_pictures(kind: str) -> None:
    found = counted()["own"]
    right, of = found[kind, True], found[kind, True] + found[kind, False]
    assert of >= 80
    assert right / of >= FLOORS[kind], (right, of)


@there
def test_of_a_grey_picture_it_knows_nothing() -> None:
    """What two or more answer by chance is right in half of the cases at most, and what many can be hardly ever."""
    found = counted()["grey"]
    most = {"colour": 0.3, "shape": 0.3, "where": 0.35, "count": 0.8, "relation": 0.65, "ground": 0.4}
    for kind, share in most.items():
        assert found[kind, True] / (found[kind, True] + found[kind, False]) <= share, kind


@there
def test_of_a_grey_picture_it_guesses_one_of_the_answers_that_there_are() -> None:
    network = tiny_vlm_network.network()
    for _, told in layouts(40, "guessed"):
        for one in told:
            said = network.answered(network.blind(), one.text, 50).text
            assert said in one.options or not one.options, one.text


@there
def test_a_description_names_what_is_there() -> None:
    layout, pixels, _ = pictured()
    said = ask("Describe the picture: name everything in it, with its colour and how many there are.", png(pixels)).text
    named = {shape for shape in SHAPES if shape in said.replace("crosses", "cross").replace("hourglasses", "hourglass")}
    assert named == {thing.shape for thing in layout.scene.things}
    assert all(thing.colour in said for thing in layout.scene.things)
    assert layout.scene.background in said


@there
def test_the_size_of_a_png_changes_no_answer() -> None:
    """A picture that was drawn larger differs in single pixels at edges: most answers stay, and all of easy kinds."""
    asked = same = 0
    for layout, told in layouts(12, "sizes"):
        bodies = [png(render(layout, side)) for side in (64, 256)]
        for one in told:
            small, large = (ask(one.text, body).text for body in bodies)
            asked, same = asked + 1, same + (small == large)
            assert small == large or one.kind not in ("colour", "ground"), one.text
    assert asked > 100
    assert same / asked >= 0.97


@there
def test_how_to_answer_is_left_out() -> None:
    _, pixels, question = pictured()
    body = png(pixels)
    draw = keyed("tests", "put")
    assert {ask(put(question, draw), body).text for _ in range(6)} == {ask(question.text, body).text} == {question.gold}


@there
def test_a_picture_may_come_before_the_question_or_behind_it() -> None:
    _, pixels, question = pictured()
    kept = Scratch()
    before = Turn("user", (kept.keep(png(pixels)), Text(question.text)))
    request = Request((before,), Sampling(), asset=kept.asset)
    first = asyncio.run(open_model("tiny-vlm").ask(request)).text
    assert first == ask(question.text, png(pixels)).text == question.gold


@there
def test_without_a_picture_it_answers_as_of_a_grey_one() -> None:
    grey = png(np.full((80, 80, 3), 128, dtype=np.uint8))
    for _, told in layouts(3, "blind"):
        for one in told:
            assert ask(one.text).text == ask(one.text, grey).text


@there
def test_two_pictures_are_not_taken_for_one_another() -> None:
    """The encodings of some pictures are kept, by the hash of their bytes."""
    backgrounds = {}
    for layout, _ in layouts(30, "kept"):
        for _ in range(2):
            said = ask("What colour is the background?", png(render(layout, 64))).text
            backgrounds.setdefault(layout.scene.background, set()).add(said)
    assert backgrounds == {ground: {ground} for ground in BACKGROUNDS}


@there
def test_no_more_than_some_pictures_are_kept() -> None:
    network = tiny_vlm_network.network()
    looked: list[int] = []

    def pixels(at: int) -> Pixels:
        looked.append(at)
        return np.full((64, 64, 3), at, dtype=np.uint8)

    for at in (*range(8), 0, 8, 0, 1):
        network.seen(f"many {at}", lambda at=at: pixels(at))  # type: ignore[misc]
    assert looked == [*range(9), 1]  # 0 was looked at again, so 1 had to go
    assert len(network._seen) == tiny_vlm_network.SEEN


@there
def test_each_piece_is_told_with_how_likely_it_was() -> None:
    _, pixels, question = pictured()
    body, words = png(pixels), tiny_vlm_network.network().card.words
    reply = ask(question.text, body, logprobs=len(words))
    assert "".join(one.token for one in reply.logprobs) == reply.text
    for one in reply.logprobs:
        assert len(one.top) == len(words)
        assert sum(map(exp, one.top.values())) == pytest.approx(1, abs=1e-6)
        assert one.logprob == one.top[one.token] == max(one.top.values())
    few = ask(question.text, body, logprobs=3)
    assert [len(one.top) for one in few.logprobs] == [3] * len(few.logprobs)
    assert not ask(question.text, body).logprobs


@there
def test_an_answer_is_cut_where_it_is_told_to() -> None:
    _, pixels, _ = pictured()
    described = "Write down what is in this picture, every kind of thing with its number and colour."
    whole, cut = (ask(described, png(pixels), max_tokens=most) for most in (256, 3))
    assert (whole.finish, cut.finish) == ("stop", "length")
    assert whole.text.startswith(cut.text)
    assert cut.usage.completion == 3


@there
@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Is there a zebra in the picture?", "`zebra`"),
        ("Is the doctor dancing?", "`doctor`, `dancing`"),
        ("Is the word STOP written in the picture?", "`S`, `T`, `O`, `P`"),
        ("Answer me", "`answer`, `me`"),
    ],
)
def test_words_that_it_was_not_taught_are_named(text: str, named: str) -> None:
    with pytest.raises(Permanent, match=f"`tiny-vlm` was never taught {named}"):
        ask(text, png(pictured()[1]))


@there
def test_what_a_misspelt_word_leaves_clear_is_answered() -> None:
    text, right, of = "Wihch colour does the background of the picture have?", 0, 0
    for layout, told in layouts(30, "misspelt"):
        for one in told:
            if one.kind == "ground":
                of += 1
                right += ask(text, png(render(layout, 64))).text == one.gold
    assert right / of >= 0.8


@there
@pytest.mark.parametrize(
    ("turns", "said"),
    [
        ((system("a"), user("a")), "one message with one picture"),
        ((user("a"), assistant("a"), user("a")), "one message with one picture"),
        ((user("a", Image("0" * 64, "image/png", "", 1, 1), Image("1" * 64, "image/png", "", 1, 1)),), "one picture"),
    ],
)
def test_more_than_one_question_about_one_picture_is_refused(turns: tuple[Any, ...], said: str) -> None:
    with pytest.raises(Permanent, match=said):
        ask(turns=turns)


@there
def test_what_goes_into_a_requests_body_is_refused() -> None:
    with pytest.raises(Permanent, match="takes no `beams`"):
        ask("What colour is the background?", extra={"beams": 4})


@there
def test_bytes_that_cannot_be_decoded_are_a_fault_with_its_reason() -> None:
    with pytest.raises(Permanent, match="cannot see this picture: a broken PNG"):
        ask("What colour is the background?", png(pictured()[1])[:200])


@there
def test_answers_do_not_change_with_how_many_are_asked_at_once() -> None:
    asked = [(one.text, png(render(layout, 64))) for layout, told in layouts(4, "at once") for one in told]
    kept = Scratch()
    requests = [Request((user(text, kept.keep(body)),), Sampling(), asset=kept.asset) for text, body in asked]

    async def together() -> list[str]:
        model = open_model("tiny-vlm")
        return [reply.text for reply in await asyncio.gather(*(model.ask(one) for one in requests))]

    assert asyncio.run(together()) == [ask(text, body).text for text, body in asked]


@there
@pytest.mark.parametrize("name", sorted(tiny_vlm_network.SHA256))
def test_altered_weights_are_refused(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "vlm"
    shutil.copytree(tiny_vlm_network.folder_of(), folder)
    monkeypatch.setattr(tiny_vlm_network, "folder_of", lambda: folder)
    file = folder / name
    file.write_bytes(file.read_bytes()[:-1] + b" ")
    tiny_vlm_network.network.cache_clear()
    try:
        with pytest.raises(InputError, match=f"`{name}` is altered"):
            asyncio.run(TinyVLM().check())
    finally:
        tiny_vlm_network.network.cache_clear()
