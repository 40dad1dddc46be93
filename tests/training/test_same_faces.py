"""The face detector's ONNX against the same networks in torch, where torch and the weights are."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is not installed: ONNX is held against nothing")
onnx = pytest.importorskip("onnx", reason="onnx is not installed: the weights cannot be read")
pytest.importorskip("onnxruntime", reason="onnxruntime is not installed: ONNX is not run")
weights = pytest.importorskip("trustgen_tinyvision", reason="the weights are not installed")

from faces import export  # noqa: E402


@pytest.mark.parametrize("name", export.SIDES)
def test_onnx_says_what_torch_says_on_512_windows(name: str) -> None:
    path, net = weights.folder() / "faces" / f"{name}.onnx", export.nets()[name]
    tensors = onnx.load(path).graph.initializer
    net.load_state_dict({one.name: torch.from_numpy(np.array(onnx.numpy_helper.to_array(one))) for one in tensors})
    assert export.apart(name, net.eval(), path) < export.CLOSE
