"""The answers of the ONNX that is shipped against those of torch, and what an answer costs in training."""

from __future__ import annotations

import json
import math

import pytest

torch = pytest.importorskip("torch", reason="torch is not installed: ONNX is held against nothing")
pytest.importorskip("onnx", reason="onnx is not installed: the weights cannot be read")
pytest.importorskip("onnxruntime", reason="onnxruntime is not installed: ONNX is not run")
weights = pytest.importorskip("trustgen_tinyvision", reason="the weights are not installed")

from tiny_vlm import export, train  # noqa: E402
from tiny_vlm.domain import WORDS, example  # noqa: E402
from tiny_vlm.model import Tiny, places_of  # noqa: E402

FOLDER = weights.folder() / "vlm"
torch.set_num_threads(1)  # as it was trained, and far quicker where others compute


def test_onnx_answers_what_torch_answers() -> None:
    found = export.compared(export.shipped(FOLDER), FOLDER)
    assert found.answers == found.same >= 500
    assert found.apart < 1e-3


def test_the_card_says_what_data_it_was() -> None:
    told = json.loads((FOLDER / "card.json").read_text())
    assert told["training"]["data_sha256"] == export.data_hash()
    assert told["training"]["parameters"] == sum(value.numel() for value in Tiny().parameters())
    assert told["onnx"]["answers"] == told["onnx"]["same"] >= 500


def test_of_a_network_that_knows_nothing_a_long_answer_costs_the_root_of_a_short_one() -> None:
    """Averaged over pieces, captions would leave a yes or no nothing."""
    batch = train.stacked([example("tried", 1, 0.0), example("tried", 2, 0.0)])
    scores = torch.zeros(2, batch["ids"].shape[1], len(WORDS))
    lengths = [
        int(((batch["parts"][row] == part) & (batch["targets"][row] > 0)).sum())
        for row in range(2)
        for part in range(1, int(batch["parts"][row].max()) + 1)
    ]
    wanted = sum(count**0.5 for count in lengths) / len(lengths) * math.log(len(WORDS))
    assert train.answer_loss(scores, batch).item() == pytest.approx(wanted, rel=1e-4)


def test_questions_of_one_row_do_not_see_one_another() -> None:
    one = example("tried", 5, 0.0)
    batch = train.stacked([one])
    torch.manual_seed(1)
    tiny = Tiny().eval()
    for value in tiny.parameters():
        torch.nn.init.normal_(value, std=0.1)
    seen = tiny.encoder(batch["picture"])
    with torch.no_grad():
        whole = tiny.decoder.row(batch["ids"], batch["places"], batch["parts"], seen)
        for part in range(1, int(one.parts.max()) + 1):
            here = batch["parts"][0] == part
            alone = (batch[name][:, here] for name in ("ids", "places", "parts"))
            assert torch.allclose(tiny.decoder.row(*alone, seen), whole[:, here], atol=1e-4)


def test_no_two_places_are_told_alike() -> None:
    told = places_of(8, 16)
    assert told.shape == (128, 96)
    apart = torch.cdist(told, told) + 99 * torch.eye(128)
    assert apart.min() > 0.5
    assert told.pow(2).mean(1).sqrt() == pytest.approx(torch.full((128,), 0.8).tolist(), rel=1e-3)


def test_exporting_leaves_no_part_that_differs_in_training() -> None:
    kinds = {type(part).__name__ for part in Tiny().modules()}
    assert "GroupNorm" in kinds
    assert not [kind for kind in kinds if "BatchNorm" in kind or "Dropout" in kind]


def test_what_stands_in_answers_alone_was_not_taught() -> None:
    told = set(json.loads((FOLDER / "card.json").read_text())["taught"])
    assert {"circle", "hourglasses", "turquoise", "<misspelt>", "?"} <= told
    assert not told & {"zero", "two", "light", "yes", "A", "Z", "<answer>", "<end>", "", "doctor", "reply"}
