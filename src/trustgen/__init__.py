"""TrustGen measures how trustworthy generative models are, with tests that are fresh, validated and frozen.

This door exports `build`, `evaluate` and `ask` (see `trustgen.python`), what they give, and the nouns of
`trustgen.core`. All come lazily: importing `trustgen` imports nothing heavy.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .version import VERSION as __version__  # noqa: N811 (what every package is asked for)

if TYPE_CHECKING:
    from .core import *  # noqa: F403
    from .python import Edition, Run, aask, abuild, aevaluate, ask, build, evaluate

__all__ = ["Edition", "Run", "__version__", "aask", "abuild", "aevaluate", "ask", "build", "evaluate"]


def __getattr__(name: str) -> Any:
    home = import_module(".python" if name in __all__ else ".core", __name__)
    if name not in home.__all__:
        raise AttributeError(f"module `trustgen` has no attribute `{name}`")
    return getattr(home, name)


def __dir__() -> list[str]:
    return [*__all__, *import_module(".core", __name__).__all__]
