"""Writes trained weights as ONNX in half precision, holds them against torch, and writes the card.

`python -m tiny_vision.export FIRST SECOND PACKAGE`: what `train` wrote at each stage, of which the last one's weights
are taken, and the folder `trustgen_tinyvision`, whose card says how its weights were trained before the first of them.
"""

from __future__ import annotations

import hashlib
import json
import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import TensorProto, helper, numpy_helper

from trustgen.models.tiny_network import CLEAN, weights_of

from . import train
from .domain import CELLS, CHANNELS, LONGEST, MAP, PATCH, SIDE, WORDS, example
from .model import Tiny

COMPARED = 512  # prompts on which ONNX and torch are held against each other
HASHED = 1_000
SEEN = 20_000  # examples whose words are those that were taught
CLOSE = 2e-4


def loaded(path: Path) -> Tiny:
    """The trained model, its weights rounded to the half precision in which they are written."""
    tiny = Tiny()
    tiny.load_state_dict(torch.load(path, weights_only=True))
    with torch.no_grad():
        for value in tiny.parameters():
            value.copy_(value.half().float())
    return tiny.eval()


def write(tiny: Tiny, folder: Path) -> None:
    """`reader.onnx` and `net.onnx`."""
    ids = torch.zeros(2, LONGEST, dtype=torch.long)
    ids[0, :3] = 5
    with torch.no_grad():
        states, mask = tiny.reader(ids)
    noisy = torch.randn(2, CHANNELS, CELLS, CELLS), torch.zeros(2), states, mask
    whole: tuple[tuple[str, torch.nn.Module, Any, list[str], list[str]], ...] = (
        ("reader", tiny.reader, (ids,), ["ids"], ["states", "mask"]),
        ("net", tiny.net, noisy, ["x", "snr", "states", "mask"], ["clean"]),
    )
    folder.mkdir(parents=True, exist_ok=True)
    for name, part, given, takes, gives in whole:
        path = folder / f"{name}.onnx"
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            torch.onnx.export(
                part, given, path, dynamo=False, opset_version=17, do_constant_folding=False,
                input_names=takes, output_names=gives,
                dynamic_axes={one: {0: "batch"} for one in (*takes, *gives)},
            )  # fmt: skip
        halve(path)


def halve(path: Path) -> None:
    """Weights in half precision, each cast as it is loaded; what is small stays as it is."""
    model = onnx.load(path)
    graph = model.graph
    casts = []
    for tensor in graph.initializer:
        if tensor.data_type != TensorProto.FLOAT or (made := numpy_helper.to_array(tensor)).size < 64:
            continue
        name = tensor.name
        tensor.CopyFrom(numpy_helper.from_array(made.astype(np.float16), f"{name}.half"))
        casts.append(helper.make_node("Cast", [f"{name}.half"], [name], to=TensorProto.FLOAT))
    nodes = [*casts, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)
    # Where a file lay and what wrote it would make other bytes of the same weights; and long names many of them.
    kept = {one.name for one in (*graph.input, *graph.output, *graph.initializer)}
    short: dict[str, str] = {}
    for node in graph.node:
        node.doc_string, node.name = "", ""
        del node.metadata_props[:]
        for names in (node.input, node.output):
            names[:] = [
                name if name in kept or not name else short.setdefault(name, f"{len(short):x}") for name in names
            ]
    del graph.value_info[:]
    onnx.checker.check_model(model)
    path.write_bytes(model.SerializeToString(deterministic=True))


def session(file: bytes) -> onnxruntime.InferenceSession:
    """One thread, as the product runs it."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])


def apart(tiny: Tiny, package: Path, variant: str = CLEAN) -> float:
    """The largest difference between ONNX and torch, over prompts, noise and levels of noise."""
    reader, net = (session(file) for file in weights_of(package, variant).values())
    draw, worst = np.random.default_rng(train.SEED), 0.0
    for at in range(0, COMPARED, 32):
        ids = np.stack([example("compared", at + one, 0.3).ids for one in range(32)])
        x = draw.standard_normal((32, CHANNELS, CELLS, CELLS)).astype(np.float32)
        snr = draw.uniform(train.LEAST, train.MOST, 32).astype(np.float32)
        states, mask = reader.run(None, {"ids": ids})
        found = net.run(None, {"x": x, "snr": snr, "states": states, "mask": mask})[0]
        with torch.no_grad():
            wanted, _ = tiny(torch.from_numpy(x), torch.from_numpy(snr), torch.from_numpy(ids))
        worst = max(worst, float(np.abs(found - wanted.numpy()).max()))
    return worst


def data_hash() -> str:
    """The SHA-256 over the first thousand prompts and pictures that were taught."""
    made = hashlib.sha256()
    for number in range(HASHED):
        one = example("taught", number, train.EASY[0])
        made.update(one.prompt.encode() + b"\0" + one.picture.tobytes())
    return made.hexdigest()


def taught() -> list[str]:
    """The words that prompts held in training, with the one that stands for what is misspelt."""
    share = train.EASY[1]
    return sorted({WORDS[at] for seen in range(SEEN) for at in example("words", seen, share).ids if at})


def steps_of(run: Path) -> range:
    """The steps of a stage, by its trace: of every fifty there is a line."""
    lines = [json.loads(line)["step"] for line in (run / "trace.jsonl").read_text().splitlines()]
    return range(lines[0] - 50, lines[-1])


def card(folder: Path, stages: list[range], worst: float, before: dict[str, Any]) -> dict[str, Any]:
    """What the product reads, and how the weights came about; `evaluate` adds how good they are. `before` is how those
    were trained that the first stage went on from."""
    scripts = [Path(__file__).with_name(name) for name in ("asked.py", "domain.py", "model.py", "train.py")]
    read = b"".join(script.read_bytes() for script in scripts)
    form = {"side": SIDE, "patch": PATCH, "more": MAP, "shift": train.SHIFT, "least": train.LEAST, "most": train.MOST}
    return {
        "name": "tiny-t2i",
        "form": form,
        "longest": LONGEST,
        "taught": taught(),
        "words": list(WORDS),
        "training": {
            "scripts": [f"training/tiny_vision/{script.name}" for script in scripts],
            "scripts_sha256": hashlib.sha256(read).hexdigest(),
            "torch": torch.__version__,
            "seed": train.SEED,
            "threads": 1,
            "steps": before.get("steps", []) + [len(steps) for steps in stages],
            "batches": list(train.BATCHES),
            "parameters": sum(value.numel() for value in Tiny().parameters()),
            "data_sha256": data_hash(),
            "after": before,
        },
        "onnx": {"prompts": COMPARED, "largest_difference": worst},
        "sha256": {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())},
    }


def main() -> None:
    """See the head of this file."""
    *runs, package = map(Path, sys.argv[1:])
    torch.set_num_threads(1)
    tiny = loaded(runs[-1] / "weights.pt")
    write(tiny, package / "weights")
    worst = apart(tiny, package)
    if worst > CLOSE:
        raise SystemExit(f"ONNX and torch differ by {worst:.2g}: at most {CLOSE} is allowed")
    path, stages = package / "card.json", [steps_of(run) for run in runs]
    before = json.loads(path.read_text())["training"] if stages[0].start else {}
    path.write_text(json.dumps(card(package / "weights", stages, worst, before), indent=1) + "\n")


if __name__ == "__main__":
    main()
