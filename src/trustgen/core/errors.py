"""What can go wrong, as a tree.

TrustGenError                  every error raised on purpose; one line that names the thing, the value and the mend
├── InputError                 the caller must change something (exit 2)
│   ├── UnknownName            no such task, model, pool, suite …
│   ├── MissingExtra           a package is not installed; the message is the command that installs it
│   ├── MissingExtras          several are not; the message has the commands for all of them
│   ├── PromptError            a slot missing, spare or malformed
│   ├── FolderError            an edition or run folder is foreign, altered, in use or not writable
│   └── LevelError             no model can serve a task (see law 7)
├── Unusable                   a role or a source gave nothing usable: one record is lost, the build goes on
├── BuildStopped               the build cannot go on; what it bought is kept, the same command resumes (exit 3)
├── ModelFault                 one call to a model failed; the engine turns it into an outcome, never into text
│   ├── RateLimited            429 or 503: wait (`retry_after` seconds if said), slow down, ask again
│   ├── Transient              500, dropped connection, unreadable body: ask again
│   │   └── TimedOut           no answer in time: ask again, but fewer times
│   ├── Permanent              this request will never succeed: outcome `error`
│   │   └── NoPicture          what came in a picture's place is none, or lies where it is not fetched
│   └── Blocked                the provider's filter refused: outcome `blocked`
└── InternalError              a law of the instrument was broken: a bug in TrustGen, never the user's fault
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence


class TrustGenError(Exception):
    """Base of every error raised on purpose. `exit_code` is what the command line ends with."""

    exit_code = 2


class InputError(TrustGenError):
    """The caller must change an argument, a file or an environment variable."""


MOST = 12
"""Known names that a message lists."""


class UnknownName(InputError):
    """A name that is not registered; the message lists what is nearest."""

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        known = sorted(known)
        near = difflib.get_close_matches(name, known, n=3, cutoff=0.4)
        near += [k for k in known if k.rsplit(".", 1)[-1] == name and k not in near]
        listed = ", ".join(known[:MOST]) or "none"
        more = f" and {len(known) - MOST} more, see `trustgen list`" if len(known) > MOST else ""
        hint = f"did you mean {' or '.join(f'`{n}`' for n in near)}?" if near else f"known: {listed}{more}"
        super().__init__(f"unknown {kind} `{name}`: {hint}")


class MissingExtra(InputError):
    """A package is not installed. `package` and `install` say which, and the command that brings it."""

    def __init__(self, what: str, package: str, install: str) -> None:
        super().__init__(f"{what} needs the package `{package}`: run  {install}")
        self.package, self.install = package, install


class MissingExtras(InputError):
    """Several packages are not installed; the message has one line of commands for all of them."""

    def __init__(self, missing: Sequence[MissingExtra]) -> None:
        packages = ", ".join(f"`{one.package}`" for one in missing)
        commands = " && ".join(dict.fromkeys(one.install for one in missing))
        super().__init__(f"{len(missing)} packages are missing, {packages}: run  {commands}")
        self.missing = tuple(missing)


class PromptError(InputError):
    """A prompt file is malformed, or was given a missing or a spare slot."""


class FolderError(InputError):
    """An edition or run folder cannot be used as it is."""


class LevelError(InputError):
    """No given model offers the level a task needs."""


class Unusable(TrustGenError):
    """What a role or an outside source gave cannot be used: one record is lost to the ledger, the build goes on."""


class BuildStopped(TrustGenError):
    """A build cannot go on: its budget is used, a role fails every call, or something it needs was never generated."""

    exit_code = 3


class ModelFault(TrustGenError):
    """One call failed."""


class RateLimited(ModelFault):
    """The endpoint asked for less (429, 503).

    `paced` says that it spoke of a limit, or named a wait, so that waiting helps; a bare 503 may be plain trouble.
    """

    def __init__(self, message: str, retry_after: float | None = None, *, paced: bool = True) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        self.paced = paced


class Transient(ModelFault):
    """The same request may succeed later."""


class TimedOut(Transient):
    """No answer came in time. Asking again costs as long again, and seldom helps."""


class Permanent(ModelFault):
    """The same request will never succeed. `everywhere`: nor will any other request (no such model, key, credit)."""

    def __init__(self, message: str, *, everywhere: bool = False) -> None:
        super().__init__(message)
        self.everywhere = everywhere


class NoPicture(Permanent):
    """What came in a picture's place is none, or lies where it is not fetched."""


class Blocked(ModelFault):
    """The provider's content filter stopped the request or the reply."""


class InternalError(TrustGenError):
    """A law of the instrument was broken."""

    exit_code = 70
