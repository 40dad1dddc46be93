"""TrustGen from Python: build, evaluate and ask by name, in a script or a notebook, and what comes of it as tables.

`import trustgen` is the door: `trustgen.evaluate("core", models=["smollm2"])`.
"""

from .doors import aask, abuild, aevaluate, ask, build, evaluate
from .held import Edition, Run

__all__ = ["Edition", "Run", "aask", "abuild", "aevaluate", "ask", "build", "evaluate"]
