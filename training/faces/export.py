"""Writes the three networks of MTCNN as ONNX, holds them against torch, and writes the card.

`python -m faces.export WHEEL FOLDER`: the wheel of `facenet-pytorch` 2.6.0, which carries the weights, and the folder
`trustgen_tinyvision/faces`. Nothing is trained, and nothing of the wheel is run: its weights alone are read.
"""

from __future__ import annotations

import hashlib
import io
import json
import sys
import warnings
import zipfile
from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import torch
from torch import nn

WHEEL = "ecb82b27beb226d106f2219efe8f829b01b87a8595badd01545679bdb9f19cca"
SIDES = {"pnet": 12, "rnet": 24, "onet": 48}
COMPARED = 512  # inputs on which ONNX and torch are held against each other
CLOSE = 1e-5
SEED = 20


class Turned(nn.Module):
    """Maps to one row each, columns first: the order that the dense layers were taught."""

    def forward(self, x: Any) -> Any:
        """Batch × channels × rows × columns to batch × numbers."""
        return x.permute(0, 3, 2, 1).flatten(1)


class Net(nn.Module):
    """Layers, then two heads: whether a face is there, and how far its box is from the window that was looked at.

    Takes batch × rows × columns × RGB, 0 to 255; gives the chance of a face, and the shifts of left, top, right and
    bottom in sides of the window, last axis. The layers have the names of the weights.
    """

    def __init__(self, layers: dict[str, nn.Module], face: tuple[str, nn.Module], shift: tuple[str, nn.Module]) -> None:
        super().__init__()
        self.layers = nn.Sequential(OrderedDict(layers))
        self.heads = nn.ModuleDict(dict((face, shift)))
        self.order = face[0], shift[0]

    def forward(self, x: Any) -> tuple[Any, Any]:
        """Chances and shifts; of every place in the picture where the heads are convolutions."""
        found = self.layers(((x - 127.5) / 128).permute(0, 3, 1, 2))
        face, shift = (self.heads[name](found) for name in self.order)
        face = face.softmax(dim=1)
        if face.dim() == 4:
            face, shift = (one.permute(0, 2, 3, 1) for one in (face, shift))
        return face[..., 1], shift

    def take(self, told: dict[str, Any]) -> None:
        """Take the weights; what is not used must be the places of eyes, nose and mouth, which nothing here asks."""
        self.layers.load_state_dict({name: one for name, one in told.items() if name.split(".")[0] in self.names()})
        for name in self.order:
            self.heads[name].load_state_dict({part: told[f"{name}.{part}"] for part in ("weight", "bias")})
        left = {name.split(".")[0] for name in told} - self.names() - set(self.order)
        assert left <= {"dense6_3"}, left

    def names(self) -> set[str]:
        """Of the layers that have weights."""
        return {name.split(".")[0] for name in self.layers.state_dict()}


def nets() -> dict[str, Net]:
    """The three networks of Zhang et al. (2016), untaught."""

    def half(size: int) -> nn.Module:
        return nn.MaxPool2d(size, 2, ceil_mode=True)

    p: dict[str, nn.Module] = {
        "conv1": nn.Conv2d(3, 10, 3), "prelu1": nn.PReLU(10), "pool1": half(2),
        "conv2": nn.Conv2d(10, 16, 3), "prelu2": nn.PReLU(16), "conv3": nn.Conv2d(16, 32, 3), "prelu3": nn.PReLU(32),
    }  # fmt: skip
    r: dict[str, nn.Module] = {
        "conv1": nn.Conv2d(3, 28, 3), "prelu1": nn.PReLU(28), "pool1": half(3),
        "conv2": nn.Conv2d(28, 48, 3), "prelu2": nn.PReLU(48), "pool2": half(3),
        "conv3": nn.Conv2d(48, 64, 2), "prelu3": nn.PReLU(64),
        "turned": Turned(), "dense4": nn.Linear(576, 128), "prelu4": nn.PReLU(128),
    }  # fmt: skip
    o: dict[str, nn.Module] = {
        "conv1": nn.Conv2d(3, 32, 3), "prelu1": nn.PReLU(32), "pool1": half(3),
        "conv2": nn.Conv2d(32, 64, 3), "prelu2": nn.PReLU(64), "pool2": half(3),
        "conv3": nn.Conv2d(64, 64, 3), "prelu3": nn.PReLU(64), "pool3": half(2),
        "conv4": nn.Conv2d(64, 128, 2), "prelu4": nn.PReLU(128),
        "turned": Turned(), "dense5": nn.Linear(1152, 256), "prelu5": nn.PReLU(256),
    }  # fmt: skip
    return {
        "pnet": Net(p, ("conv4_1", nn.Conv2d(32, 2, 1)), ("conv4_2", nn.Conv2d(32, 4, 1))),
        "rnet": Net(r, ("dense5_1", nn.Linear(128, 2)), ("dense5_2", nn.Linear(128, 4))),
        "onet": Net(o, ("dense6_1", nn.Linear(256, 2)), ("dense6_2", nn.Linear(256, 4))),
    }


def taught(wheel: Path) -> dict[str, Net]:
    """The networks with the weights of the wheel. Raises `SystemExit` where it is another wheel."""
    body = wheel.read_bytes()
    if (found := hashlib.sha256(body).hexdigest()) != WHEEL:
        raise SystemExit(f"{wheel} has sha256 {found} and not {WHEEL}")
    made = nets()
    with zipfile.ZipFile(io.BytesIO(body)) as packed:
        for name, net in made.items():
            weights = io.BytesIO(packed.read(f"facenet_pytorch/data/{name}.pt"))
            net.take(torch.load(weights, weights_only=True))
            net.eval()
    return made


def write(name: str, net: Net, path: Path) -> None:
    """One network; batch and, of the first, rows and columns are open."""
    side = SIDES[name]
    given = torch.zeros(2, side + 2, side + 4, 3) if name == "pnet" else torch.zeros(2, side, side, 3)
    open_axes = {0: "windows", 1: "rows", 2: "columns"} if name == "pnet" else {0: "windows"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            net, (given,), path, dynamo=False, opset_version=17, do_constant_folding=False, input_names=["pixels"],
            output_names=["face", "shift"], dynamic_axes=dict.fromkeys(("pixels", "face", "shift"), open_axes),
        )  # fmt: skip
    model = onnx.load(path)
    for node in model.graph.node:  # what wrote it, and where that lay, would make other bytes of the same weights
        node.doc_string = ""
        del node.metadata_props[:]
    onnx.checker.check_model(model)
    path.write_bytes(model.SerializeToString(deterministic=True))


def apart(name: str, net: Net, path: Path) -> float:
    """The largest difference between ONNX and torch, over windows of noise of every contrast."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    draw, worst = np.random.default_rng(SEED), 0.0
    for _ in range(COMPARED // 32):
        more = draw.integers(0, 40, 2) if name == "pnet" else (0, 0)
        shape = 32, SIDES[name] + more[0], SIDES[name] + more[1], 3
        pixels = np.clip(draw.normal(127, draw.uniform(1, 90), shape), 0, 255).astype(np.float32)
        with torch.no_grad():
            wanted = net(torch.from_numpy(pixels))
        found = session.run(["face", "shift"], {"pixels": pixels})
        worst = max(worst, *(float(np.abs(a - b.numpy()).max()) for a, b in zip(found, wanted, strict=True)))
    return worst


def card(folder: Path, worst: dict[str, float]) -> dict[str, Any]:
    """Where the weights come from, and what they became."""
    return {
        "name": "MTCNN",
        "paper": "Zhang, Zhang, Li, Qiao: Joint Face Detection and Alignment using Multi-task Cascaded Convolutional"
        " Networks. IEEE Signal Processing Letters 23 (10), 2016",
        "source": "facenet-pytorch 2.6.0, from PyPI, MIT",
        "wheel_sha256": WHEEL,
        "script": "training/faces/export.py",
        "torch": torch.__version__,
        "onnx": {"windows": COMPARED, "largest_difference": worst},
        "sha256": {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.glob("*.onnx"))},
    }


def main() -> None:
    """See the head of this file."""
    wheel, folder = map(Path, sys.argv[1:])
    torch.set_num_threads(1)
    folder.mkdir(parents=True, exist_ok=True)
    worst = {}
    for name, net in taught(wheel).items():
        write(name, net, folder / f"{name}.onnx")
        worst[name] = apart(name, net, folder / f"{name}.onnx")
    if max(worst.values()) > CLOSE:
        raise SystemExit(f"ONNX and torch differ by {worst}: at most {CLOSE} is allowed")
    (folder / "card.json").write_text(json.dumps(card(folder, worst), indent=1) + "\n")


if __name__ == "__main__":
    main()
