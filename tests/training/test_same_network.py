"""The ONNX that is shipped against the network in torch that its numbers come from, where torch and the weights are."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is not installed: ONNX is held against nothing")
onnx = pytest.importorskip("onnx", reason="onnx is not installed: the weights cannot be read")
pytest.importorskip("onnxruntime", reason="onnxruntime is not installed: ONNX is not run")
weights = pytest.importorskip("trustgen_tinyvision", reason="the weights are not installed")

from tiny_vision import export  # noqa: E402
from tiny_vision.model import Tiny  # noqa: E402


def test_onnx_says_what_torch_says_on_512_prompts() -> None:
    folder, tiny = weights.folder() / "weights", Tiny()
    for part, name in ((tiny.reader, "reader"), (tiny.net, "net")):
        graph = onnx.load(folder / f"{name}.onnx").graph
        told = {
            one.name.removesuffix(".half"): torch.from_numpy(np.array(onnx.numpy_helper.to_array(one))).float()
            for one in graph.initializer
        }
        known = {key: told[key] for key, value in part.state_dict().items() if key in told}
        missing = set(part.state_dict()) - set(known)
        assert all(key.startswith("told.") for key in missing), missing  # only training asks for these
        part.load_state_dict(known, strict=False)
    assert export.apart(tiny.eval(), folder) < export.CLOSE
