"""The ONNX that is shipped against the network in torch that its numbers come from, where torch and the weights are."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch", reason="torch is not installed: ONNX is held against nothing")
onnx = pytest.importorskip("onnx", reason="onnx is not installed: the weights cannot be read")
pytest.importorskip("onnxruntime", reason="onnxruntime is not installed: ONNX is not run")
weights = pytest.importorskip("trustgen_tinyvision", reason="the weights are not installed")

from tiny_vision import export  # noqa: E402
from tiny_vision.shipped import shipped  # noqa: E402
from trustgen.models.tiny_network import VARIANTS  # noqa: E402


@pytest.mark.parametrize("variant", VARIANTS)
def test_onnx_says_what_torch_says_on_512_prompts(variant: str) -> None:
    tiny = shipped(weights.folder(), variant).eval()
    assert export.apart(tiny, weights.folder(), variant) < export.CLOSE
