"""TrustGen measures how trustworthy generative models are, with tests that are fresh, validated and frozen.

This door exports the nouns of `trustgen.core`, lazily: importing `trustgen` imports nothing heavy. The engine's entry
is `trustgen.run` (`build`, `evaluate`).
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .core import *  # noqa: F403

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    core = import_module(".core", __name__)
    if name not in core.__all__:
        raise AttributeError(f"module `trustgen` has no attribute `{name}`")
    return getattr(core, name)


def __dir__() -> list[str]:
    return ["__version__", *import_module(".core", __name__).__all__]
