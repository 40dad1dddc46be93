"""How `tiny-t2i` is taught, written as ONNX and looked at: `train`, `export`, `evaluate`. Only here is torch needed."""
