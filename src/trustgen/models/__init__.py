"""Model endpoints, one file per kind; `open_model` turns a URI into one.

    smollm2                                     embedded weights, in process
    openai-api:MODEL@http://host:port/v1        any OpenAI-compatible server
    inspect/PROVIDER/MODEL                      any vendor, through Inspect AI
    organism/TRAIT?rate=0.3                     simulated, with known properties
    glassllm                                    a tiny base model, in process: a floor
    retrieval/MODEL                             one of these, with retrieved facts (`trustgen.mitigate`)

The scheme is what stands before the first `/` or `:`; its opener is found by entry point, so nothing else is imported.
"""

from __future__ import annotations

import re

from trustgen.core import InputError, Model, ModelOptions, Opener
from trustgen.core.registry import load

from .offline import guard

__all__ = ["open_model"]


def open_model(uri: str, options: ModelOptions | None = None) -> Model:
    """The endpoint that a URI names, not yet contacted (`Model.check` does that).

    Raises `UnknownName` for an unregistered scheme, `MissingExtra` where its package is absent and `InputError` for
    anything else that the caller must mend.
    """
    guard()
    found = re.fullmatch(r"([\w.+-]+)(?:[:/](.*))?", uri)
    if not found:
        raise InputError(
            f"model URI {'of no characters' if not uri else 'is malformed'}: write for example `smollm2` or "
            "`openai-api:MODEL@http://127.0.0.1:8000/v1`"
        )
    opener: Opener = load("model", found[1])
    return opener(found[2] or "", options or ModelOptions())
