"""ONNX Runtime, one way: on the thread that calls, so the same bytes on any number of cores, and no pool that spins."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from trustgen.core import MissingExtra


def session(network: Path | bytes, what: str, install: str) -> Any:
    """A network, from a file or its bytes. Raises `MissingExtra`, saying for what, without ONNX Runtime."""
    try:
        import onnxruntime
    except ImportError:
        raise MissingExtra(what, "onnxruntime", install) from None
    told = network if isinstance(network, bytes) else str(network)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(told, options, providers=["CPUExecutionProvider"])


__all__ = ["session"]
