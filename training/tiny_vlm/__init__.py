"""How `tiny-vlm` is taught, written as ONNX and asked: `train`, `export`, `evaluate`. Only here is torch needed."""
