"""A function of one's own, in this process: `python:app.py:answer`, `python:package.module:answer`.

It takes the prompt, or by their names `prompt`, `messages` and `system`; it returns a text, or a dict with `text`, and
`thoughts` and `refused` where there are any. It is the user's own code: only the command line, or Python, names it.
"""

from __future__ import annotations

import asyncio
import inspect
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from contextvars import copy_context
from hashlib import blake2b
from importlib import import_module
from pathlib import Path
from threading import Lock, Thread
from time import perf_counter
from traceback import extract_tb
from types import ModuleType
from typing import Any

from trustgen.core import (
    Blocked,
    InputError,
    Model,
    ModelFault,
    ModelOptions,
    Permanent,
    Reply,
    Request,
    Transient,
    plain,
)

from . import slots
from .client import longest_body, read_key
from .faults import clean
from .loose import mended
from .secrets import strike

SLOTS = 16
"""Calls at once, where nobody says how many."""
THREADS = 64
"""Calls of functions that are not `async` at once, at most; one that outlasted its time still counts."""
FORM = "write python:FILE.py:FUNCTION or python:PACKAGE.MODULE:FUNCTION"

_loaded: dict[str, str] = {}  # modules by name, each with the mark of the source that runs


def open_model(rest: str, options: ModelOptions) -> Function:
    """The function of `FILE.py:NAME` or `PACKAGE.MODULE:NAME`, imported; with `#` and the source's mark behind it, only
    while the source is the same.

    Raises `InputError` where it cannot be imported, or takes what there is not.
    """
    named, _, wanted = rest.partition("#")
    where, _, name = named.rpartition(":")
    if not where or not name:
        raise InputError(f"model URI `python:{clean(rest)}` names no function: {FORM}")
    with ASIDE:
        module, mark = _file(Path(where).expanduser()) if where.endswith(".py") else _installed(where)
    if wanted not in ("", mark):
        raise InputError(f"`{where}` is other code than it was (#{mark}, not #{wanted}): write python:{named}")
    function = vars(module).get(name)
    if not callable(function):
        found = ", ".join(n for n, one in vars(module).items() if inspect.isfunction(one) and not n.startswith("_"))
        raise InputError(f"`{where}` has no function `{name}`: it has {found or 'none'}")
    return Function(f"python:{named}#{mark}", function, read_key(options.api_key_env))


class Function(Model):
    """One function. `hide` is a key that neither a reply nor an error may show."""

    slots = SLOTS

    def __init__(self, uri: str, function: Callable[..., Any], hide: str = "") -> None:
        self.uri, self._function, self._hide = uri, function, hide
        self._where = f"`{uri}`"
        self._takes = _takes(function, self._where)
        self.without = slots.without(self._takes.values(), self._where)
        self._threads = asyncio.Semaphore(THREADS)
        self._loop: asyncio.AbstractEventLoop | None = None

    def __repr__(self) -> str:
        return f"Function({self.uri!r})"

    async def ask(self, request: Request) -> Reply:
        """What it says. Whatever it raises is a `ModelFault`, its own are handed on; a dropped connection is tried
        again."""
        if request.sampling.extra:
            raise InputError(f"--extra-body: {self._where} is a function and has no body")
        values = slots.handed(request, self._takes.values(), self._where)
        given = {parameter: values[slot] for parameter, slot in self._takes.items()}
        began = perf_counter()
        with ASIDE:
            said = await self._said(given)
        return self._reply(said, longest_body(request.sampling), perf_counter() - began)

    async def _said(self, given: Mapping[str, Any]) -> Any:
        task = asyncio.current_task()
        try:
            said = self._function(**given) if inspect.iscoroutinefunction(self._function) else await self._apart(given)
            return await said if inspect.isawaitable(said) else said
        except (KeyboardInterrupt, GeneratorExit):
            raise
        except BaseException as error:  # `SystemExit` too: it ends one case, not the run
            if isinstance(error, asyncio.CancelledError) and task is not None and task.cancelling():
                raise
            fault = self._fault(error)
        raise fault

    async def _apart(self, given: Mapping[str, Any]) -> Any:
        """The call in a thread that no end of a run waits for; it keeps its place until it has ended by itself."""
        loop = asyncio.get_running_loop()
        if loop is not self._loop:
            self._loop, self._threads = loop, asyncio.Semaphore(THREADS)
        threads = self._threads
        await threads.acquire()
        done: asyncio.Future[Any] = loop.create_future()

        def end(said: Any, fault: ModelFault | None) -> None:
            threads.release()
            if not done.done():
                done.set_result(said) if fault is None else done.set_exception(fault)

        def work() -> None:
            said, fault = None, None
            try:
                said = self._function(**given)
            except BaseException as error:
                fault = self._fault(error)
            with suppress(RuntimeError):  # the loop has ended meanwhile
                loop.call_soon_threadsafe(end, said, fault)

        Thread(target=copy_context().run, args=(work,), name=self.uri, daemon=True).start()
        return await done

    def _fault(self, error: BaseException) -> ModelFault:
        if isinstance(error, ModelFault):
            return error
        try:
            words = str(error)
        except Exception:
            words = "it has no words"
        frame = next(reversed(extract_tb(error.__traceback__)), None)
        at = f" ({Path(frame.filename).name}:{frame.lineno})" if frame else ""
        said = clean(f"{type(error).__name__}: {words}", self._hide) + at
        return Transient(said) if isinstance(error, ConnectionError | TimeoutError) else Permanent(said)

    def _reply(self, said: Any, most: int, seconds: float) -> Reply:
        told: dict[str, Any] = said if isinstance(said, dict) else {"text": said}
        text, thoughts = told.get("text", ""), told.get("thoughts") or ""
        if told.get("refused"):
            raise Blocked(f"{self._where} refused: {clean(str(text), self._hide)}")
        if "text" not in told or not (isinstance(text, str) and isinstance(thoughts, str)):
            gave = (
                f"a dict with {clean(', '.join(map(str, told)), self._hide)}"
                if told is said
                else f"`{type(said).__name__}`"
            )
            raise Permanent(f"{self._where} gave {gave}: return a text, or a dict whose `text` is one")
        if len(text) + len(thoughts) > most:
            raise Permanent(f"{self._where} gave over {most:,} characters, and was asked to be short")
        text, thoughts = (strike(mended(one), self._hide) for one in (text, thoughts))
        return Reply(text, seconds=seconds, thoughts=thoughts)


def _takes(function: Callable[..., Any], where: str) -> dict[str, str]:
    """The slot of each parameter: that of its name, and for the first one of another name the prompt."""
    try:
        found = [*inspect.signature(function).parameters.values()]
    except (TypeError, ValueError):
        raise InputError(f"{where} does not say what it takes: write def answer(prompt)") from None
    takes: dict[str, str] = {}
    for place, one in enumerate(found):
        if one.kind in (one.VAR_POSITIONAL, one.VAR_KEYWORD):
            continue
        if one.name in slots.CONVERSATION:
            takes[one.name] = one.name
        elif place == 0 and one.kind is not one.POSITIONAL_ONLY:
            takes[one.name] = "prompt"
        elif one.default is one.empty:
            raise InputError(
                f"{where} takes `{one.name}`, which there is not: known are {', '.join(slots.CONVERSATION)}"
            )
    return takes


# ── the user's code ─────────────────────────────────────────────────────────────────────────────────────────────────


def _file(path: Path) -> tuple[ModuleType, str]:
    """The module that a file is, run once while its source is the same; what lies beside it can be imported there."""
    try:
        source = plain.read(path, follow=True)
    except OSError as error:
        raise InputError(f"`{path}` cannot be read ({error.strerror}): {FORM}") from None
    mark, whole = _mark(source), path.resolve()
    name = f"trustgen_app_{_mark(str(whole).encode())}_{mark}"
    if name not in sys.modules:
        if str(whole.parent) not in sys.path:
            sys.path.append(str(whole.parent))
        module = ModuleType(name)
        module.__file__ = str(whole)
        sys.modules[name] = module  # dataclasses and pickles look for it there
        try:
            _guarded(lambda: exec(compile(source, str(whole), "exec", dont_inherit=True), vars(module)), str(path))
        except InputError:
            del sys.modules[name]
            raise
    return sys.modules[name], mark


def _installed(name: str) -> tuple[ModuleType, str]:
    """A module by its dotted name, of the current folder too."""
    if (here := str(Path.cwd())) not in sys.path:
        sys.path.append(here)
    module = _guarded(lambda: import_module(name), name)
    if module.__file__ is None:
        raise InputError(f"`{name}` has no source file: {FORM}")
    mark = _mark(plain.read(Path(module.__file__), follow=True))
    if _loaded.setdefault(name, mark) != mark:
        raise InputError(f"`{name}` was edited after it was imported: start anew")
    return module, mark


def _mark(source: bytes) -> str:
    return blake2b(source, digest_size=4).hexdigest()


def _guarded(work: Callable[[], Any], what: str) -> Any:
    try:
        return work()
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # `SystemExit` of a script without `if __name__ …` too
        said = clean(f"{type(error).__name__}: {error}")
    raise InputError(f"`{what}` does not import: {said}")


class _Aside:
    """While anybody is within it, what is printed goes to standard error: standard output is the command's own."""

    def __init__(self) -> None:
        self._lock, self._within = Lock(), 0
        self._before: Any = None
        self._instead: Any = None

    def __enter__(self) -> None:
        with self._lock:
            self._within += 1
            if self._within == 1:
                self._before, self._instead = sys.stdout, sys.stderr
                sys.stdout = self._instead

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._within -= 1
            if self._within == 0 and sys.stdout is self._instead:  # else somebody else has put it elsewhere
                sys.stdout = self._before


ASIDE = _Aside()
