"""Model endpoints, one file per kind; `open_model` turns a URI into one.

    smollm2                                     embedded weights, in process
    openai-api:MODEL@http://host:port/v1        any OpenAI-compatible server
    images:MODEL@http://host:port/v1            any server that makes pictures, in the shape of OpenAI's images
    inspect/PROVIDER/MODEL                      any vendor, through Inspect AI
    http:app.toml                               one's own service, as a file describes it
    python:app.py:answer                        one's own function, in process
    organism/TRAIT?rate=0.3                     simulated, with known properties
    renderer/scene?miscount=.2                  simulated, makes pictures with known faults
    tiny-t2i?steps=20                           a small diffusion model of pictures, in process
    hf/FOLDER?dtype=bfloat16                    a language model on disk, some of which read pictures, in process
    tiny-vlm                                    a small model that answers questions about pictures, in process
    glassllm                                    a tiny base model, in process: a floor
    NAME?settings/MODEL                         one of these with a mitigation: `retrieval?k=3/smollm2`

The scheme is what stands before the first `/`, `:` or `?`; what it names is found by entry point, so nothing else is
imported.
"""

from __future__ import annotations

import re
from inspect import iscoroutinefunction

from trustgen.core import InputError, Layer, Mitigation, Model, ModelOptions, Opener, layer
from trustgen.core.registry import load

from .offline import guard

__all__ = ["open_model"]


def open_model(uri: str, options: ModelOptions | None = None) -> Model:
    """The endpoint that a URI names, not yet contacted (`Model.check` does that).

    Raises `UnknownName` for an unregistered scheme, `MissingExtra` where its package is absent and `InputError` for
    anything else that the caller must mend.
    """
    guard()
    if outer := layer(uri):
        _check_layers(outer, uri)
        mitigation: Mitigation = load("mitigation", outer.name)
        return _model(mitigation(open_model(outer.inner, options), outer.settings), f"mitigation `{outer.name}`")
    found = re.fullmatch(r"([\w.+-]+)(?:[:/](.*)|(\?.*))?", uri)
    if not found:
        raise InputError(
            f"model URI {'of no characters' if not uri else 'is malformed'}: write for example `smollm2` or "
            "`openai-api:MODEL@http://127.0.0.1:8000/v1`"
        )
    opener: Opener = load("model", found[1])
    return _model(opener(found[2] or found[3] or "", options or ModelOptions()), f"model plug-in `{found[1]}`")


def _model(made: object, what: str) -> Model:
    if not isinstance(made, Model):
        raise InputError(f"{what} gives a `{type(made).__name__}`: make that a subclass of `trustgen.Model`")
    for name in ("ask", "check", "learn", "close"):
        if not iscoroutinefunction(getattr(made, name, None)):
            raise InputError(f"{what}: write `async def {name}`: `{type(made).__name__}.{name}` cannot be awaited")
    return made


def _check_layers(outer: Layer, uri: str) -> None:
    """Raise `InputError` where a mitigation stands around nothing, or around itself."""
    around, inside = [outer.name], outer.inner
    while inner := layer(inside):
        around.append(inner.name)
        inside = inner.inner
    if not inside:
        raise InputError(
            f"model URI `{uri}` names no model behind `{around[-1]}`: write for example {around[-1]}/smollm2"
        )
    if twice := [name for name in around if around.count(name) > 1]:
        raise InputError(f"model URI `{uri}`: `{twice[0]}` stands around itself: name it once, as {twice[0]}/{inside}")
