"""Writes trained weights as ONNX in half precision, holds their answers against torch, and writes the card.

`python -m tiny_vlm.export FIRST SECOND FOLDER`: what `train` wrote at each stage, of which the last one's weights are
taken, and the folder `vlm` of `trustgen_tinyvision`.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import onnx
import torch

from tiny_vision.export import halve
from trustgen.core import keyed
from trustgen.models.tiny_vlm_network import Network
from trustgen.vision.render import Pixels, render

from . import train
from .domain import LONGEST, SIDE, WORDS, asked, example, layout_of
from .model import DEEP, HEAD, LAYERS, Tiny

COMPARED = 60  # pictures on which ONNX and torch are held against each other, with all that is asked of each
HASHED = 1_000
SEEN = 5_000  # examples whose questions' words are those that were taught
MOST = 24  # pieces of a question; a caption needs the other places
SCRIPTS = ("domain.py", "model.py", "train.py")


class Compared(NamedTuple):
    """How many answers of ONNX were held against torch's, how many were the same, and the largest difference between
    two log probabilities of pieces that were said."""

    answers: int
    same: int
    apart: float


class Run:
    """A part of the network in torch, called as ONNX Runtime calls its own."""

    def __init__(self, part: torch.nn.Module) -> None:
        self._part = part

    def run(self, _: None, given: dict[str, Any]) -> list[Any]:
        """What the part makes of arrays, by the order of their names in the call."""
        with torch.no_grad():
            made = self._part(*(torch.from_numpy(np.ascontiguousarray(one)) for one in given.values()))
        return [one.numpy() for one in made]


class InTorch(Network):
    """The network with torch in the place of ONNX Runtime: all else is one and the same."""

    def __init__(self, folder: Path, tiny: Tiny) -> None:
        super().__init__(folder)
        self._encoder, self._decoder = Run(tiny.encoder), Run(tiny.decoder)


def loaded(path: Path) -> Tiny:
    """The trained model, its weights rounded to the half precision in which they are written."""
    tiny = Tiny()
    tiny.load_state_dict(torch.load(path, weights_only=True))
    with torch.no_grad():
        for value in tiny.parameters():
            value.copy_(value.half().float())
    return tiny.eval()


def shipped(folder: Path) -> Tiny:
    """The network with the weights of a folder; the head that only training asks is drawn anew."""
    tiny = Tiny()
    for name, part in (("encoder", tiny.encoder), ("decoder", tiny.decoder)):
        told = {
            one.name.removesuffix(".half"): torch.from_numpy(np.array(onnx.numpy_helper.to_array(one))).float()
            for one in onnx.load(folder / f"{name}.onnx").graph.initializer
        }
        part.load_state_dict({key: told[key] for key in part.state_dict()})
    return tiny.eval()


def write(tiny: Tiny, folder: Path) -> None:
    """`encoder.onnx` and `decoder.onnx`. Exporting may bring a module back to training: here nothing differs in it."""
    pictures = torch.zeros(2, SIDE, SIDE, 3, dtype=torch.uint8)
    with torch.no_grad():
        keys, values = tiny.encoder(pictures)
    past = torch.randn(LAYERS, 2, DEEP // HEAD, 4, HEAD)
    ids = torch.ones(2, 3, dtype=torch.long)
    row, kept = {0: "batch"}, {1: "batch", 3: "read"}
    whole: tuple[tuple[str, torch.nn.Module, Any, dict[str, Any], dict[str, Any]], ...] = (
        ("encoder", tiny.encoder, (pictures,), {"pictures": row}, {"keys": {1: "batch"}, "values": {1: "batch"}}),
        ("decoder", tiny.decoder, (ids, keys, values, past, past),
         {"ids": {0: "batch", 1: "more"}, "keys": {1: "batch"}, "values": {1: "batch"}, "past_keys": kept,
          "past_values": kept}, {"scores": row, "all_keys": kept, "all_values": kept}),
    )  # fmt: skip
    folder.mkdir(parents=True, exist_ok=True)
    for name, part, given, takes, gives in whole:
        path = folder / f"{name}.onnx"
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            torch.onnx.export(
                part, given, path, dynamo=False, opset_version=17, do_constant_folding=False,
                input_names=list(takes), output_names=list(gives), dynamic_axes={**takes, **gives},
            )  # fmt: skip
        halve(path)


def shown(stream: str, number: int) -> tuple[Pixels, list[str]]:
    """A picture of a stream, with all that is asked of it."""
    draw = keyed("tiny-vlm", stream, str(number))
    layout = layout_of(draw)
    return render(layout, SIDE), [one.text for one in asked(layout, draw, 0.0)]


def compared(tiny: Tiny, folder: Path) -> Compared:
    """Every answer about some pictures, by ONNX and by torch."""
    ours, theirs = Network(folder), InTorch(folder, tiny)
    count = same = 0
    apart = 0.0
    for number in range(COMPARED):
        pixels, texts = shown("compared", number)
        first, second = (net.seen(f"{number}", lambda pixels=pixels: pixels) for net in (ours, theirs))  # type: ignore[misc]
        for text in texts:
            one, other = ours.answered(first, text, LONGEST), theirs.answered(second, text, LONGEST)
            count, same = count + 1, same + (one.text == other.text)
            for a, b in zip(one.said, other.said, strict=False):
                at = WORDS.index(a.piece)
                apart = max(apart, abs(float(a.logprobs[at] - b.logprobs[at]))) if one.text == other.text else apart
    return Compared(count, same, apart)


def data_hash() -> str:
    """The SHA-256 over the first thousand pictures that were taught, with what was asked of each."""
    made = hashlib.sha256()
    for number in range(HASHED):
        one = example("taught", number, 0.0)
        made.update(one.picture.tobytes() + one.ids.tobytes() + one.targets.tobytes())
    return made.hexdigest()


def taught() -> list[str]:
    """The pieces that questions held in training, with the one that stands for what is misspelt."""
    found = set()
    for number in range(SEEN):
        one = example("taught", number, number / SEEN)
        found |= set(one.ids[(one.targets == 0) & (one.parts > 0)].tolist())  # what is learnt stands behind questions
    return sorted({WORDS[at] for at in found})


def commit() -> str:
    """The commit that the scripts stand at, or that they are changed."""
    here, names = Path(__file__).parent, list(SCRIPTS)
    git = ("git", "-C", str(here))
    dirty = subprocess.run([*git, "status", "--porcelain", *names], capture_output=True, text=True, check=True).stdout
    last = subprocess.run([*git, "log", "-1", "--format=%H", "--", *names], capture_output=True, text=True, check=True)
    return "uncommitted" if dirty else last.stdout.strip()


def card(runs: list[Path], folder: Path) -> dict[str, Any]:
    """What the product reads, and how the weights came about; `evaluate` adds how good they are."""
    ends = [json.loads((run / "trace.jsonl").read_text().splitlines()[-1]) for run in runs]
    scripts = [Path(__file__).with_name(name) for name in SCRIPTS]
    return {
        "name": "tiny-vlm",
        "side": SIDE,
        "longest": MOST,
        "places": LONGEST,
        "taught": taught(),
        "words": list(WORDS),
        "training": {
            "scripts": [f"training/tiny_vlm/{script.name}" for script in scripts],
            "scripts_sha256": hashlib.sha256(b"".join(script.read_bytes() for script in scripts)).hexdigest(),
            "commit": commit(),
            "torch": torch.__version__,
            "seed": train.SEED,
            "threads": 1,
            "steps": [end["step"] for end in ends],
            "last_error_of_answers": [end["answers"] for end in ends],
            "blind_share": train.BLIND,
            "batch": train.BATCH,
            "parameters": sum(value.numel() for value in Tiny().parameters()),
            "data_sha256": data_hash(),
        },
        "sha256": {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.glob("*.onnx"))},
    }


def main() -> None:
    """See the head of this file."""
    *runs, folder = map(Path, sys.argv[1:])
    torch.set_num_threads(1)
    tiny = loaded(runs[-1] / "weights.pt")
    write(tiny, folder)
    told = card(runs, folder)
    (folder / "card.json").write_text(json.dumps(told, indent=1) + "\n")
    found = compared(tiny.eval(), folder)
    if found.same < found.answers:
        raise SystemExit(f"{found.answers - found.same} of {found.answers} answers of ONNX are not those of torch")
    told["onnx"] = {"answers": found.answers, "same": found.same, "largest_difference": found.apart}
    (folder / "card.json").write_text(json.dumps(told, indent=1) + "\n")


if __name__ == "__main__":
    main()
