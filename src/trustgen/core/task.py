"""What a task is: what is asked (`cases`), how it is judged (`judge`), what is counted (`measures`)."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, update_wrapper
from importlib.resources import files
from inspect import signature
from random import Random

import msgspec

from .errors import InputError, TrustGenError
from .judge import Judge
from .kit import BARE, Kit
from .making import Drafted, Lost, Vary
from .measure import Measure
from .models import Level
from .pool import Records
from .records import Case, Record
from .sampling import Sampling


class Card(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A task's `card.md`: TOML front matter between `+++` lines, then prose.

    `measures` maps each measure to its caption, which states the denominator. The card is the only source of docs
    tables, report captions and leaderboard headings; direction and range stand with the measure itself. `readers` says
    how far readers who saw no right answer agree with them: how many cases, who read, when. `fixed` says why another
    salt asks the same, of a task whose content cannot be fresh.
    """

    title: str
    dimension: str
    modality: str
    source: str
    measures: dict[str, str]
    roles: tuple[str, ...] = ()
    guideline: str = ""
    threats: tuple[str, ...] = ()
    readers: str = ""
    fixed: str = ""
    prose: str = ""

    @classmethod
    def read(cls, package: str) -> Card:
        """The card beside a task's module."""
        try:
            _, front, prose = (files(package) / "card.md").read_text("utf-8").split("+++\n", 2)
            return msgspec.convert({**tomllib.loads(front), "prose": prose.strip()}, cls, strict=False)
        except FileNotFoundError as error:
            mend = "`trustgen new task NAME` writes one"
            raise InputError(f"package `{package}` has no card.md beside its task: {mend}") from error
        except (OSError, ValueError) as error:
            raise InputError(f"card of `{package}` cannot be read: {error}") from error

    def check(self, task: Task) -> None:
        """Raise `InputError` where a measure of the task has no caption, without which no report can be written."""
        if silent := [name for name in task.measures if name not in self.measures]:
            raise InputError(f"task `{task.id}`: its card.md has no caption for `{silent[0]}`: add it under [measures]")


@dataclass(frozen=True, kw_only=True)
class Task:
    """One task, ready to build and judge. The first measure is the headline.

    `cases` is a plain function (labels and words by rule; `Lost` where a role gave no case of an arm), or a builder of
    `trustgen.craft` with `by = "writer"`, which is then also told why its last attempt was rejected.
    """

    records: Records
    cases: Callable[[Record, Random], Iterable[Case | Drafted | Lost]]
    judge: Judge
    measures: Mapping[str, Measure]
    vary: Vary | None = None  # None keeps each case as it is
    sampling: Sampling = field(default_factory=Sampling)
    needs: frozenset[Level] = frozenset({Level.GENERATE})
    id: str = ""
    version: str = ""
    n: int = 0
    package: str = ""
    kit: Kit = BARE  # what it was made with
    settings: Mapping[str, str] = field(default_factory=dict)  # of a form

    @cached_property
    def card(self) -> Card:
        """The task's card."""
        return Card.read(self.package)

    @property
    def headline(self) -> str:
        """The measure that leaderboards and gates read first."""
        return next(iter(self.measures))


class TaskFactory:
    """A registered task: call it with `n` (records) to get a `Task`."""

    def __init__(self, make: Callable[..., Task], version: str, id: str) -> None:
        self._make = make
        self.version = version
        self.id = id
        self.package = make.__module__.rpartition(".")[0]
        parameters = signature(make).parameters
        self.default_n: int = parameters["n"].default
        self._takes = parameters.keys() & {"kit", "settings"}
        update_wrapper(self, make)

    def called(self, id: str) -> TaskFactory:
        """The same task under another id: what a form is for those who bring its settings."""
        return TaskFactory(self._make, self.version, id)

    def __call__(self, n: int | None = None, kit: Kit = BARE, settings: Mapping[str, str] | None = None) -> Task:
        """The task over `n` records, by default `default_n`, with the roles and sources that `kit` brings.

        `settings` are those of a form. Raises `InputError` for a task that takes none, and where the task needs a role
        that the kit does not bind.
        """
        n = self.default_n if n is None else n
        if n < 1:
            raise InputError(f"`n` is {n}: a task needs at least 1 record")
        if settings and "settings" not in self._takes:
            raise InputError(f"task `{self.id}` takes no settings, got {', '.join(settings)}: leave them out")
        brought = {"kit": kit, "settings": settings or {}}
        try:
            made = self._make(n, **{name: brought[name] for name in sorted(self._takes)})
        except TrustGenError:
            raise
        except Exception as error:  # whatever a plug-in's code raises
            raise InputError(f"task `{self.id}` cannot be made: {type(error).__name__}: {error}") from error
        if not isinstance(made.judge, Judge):
            raise InputError(f"task `{self.id}`: make `{type(made.judge).__name__}` a subclass of `trustgen.Judge`")
        if not isinstance(made.records, Records):
            raise InputError(f"task `{self.id}`: make `{type(made.records).__name__}` a subclass of `trustgen.Records`")
        for name, measure in made.measures.items():
            if not isinstance(measure, Measure):
                kind = type(measure).__name__
                raise InputError(f"task `{self.id}`, `{name}`: make `{kind}` a subclass of `trustgen.Measure`")
        return replace(
            made, id=self.id, version=self.version, n=n, package=self.package, kit=kit, settings=settings or {}
        )

    @property
    def card(self) -> Card:
        """The task's card."""
        return Card.read(self.package)


def task(*, version: str, id: str = "") -> Callable[[Callable[..., Task]], TaskFactory]:
    """Make a function of `n`, and of `kit` where it uses roles, a task.

    `version` is `N-X`: N rises when results stop being comparable, X when the interface changes.

    A built-in's id is its place: `trustgen.tasks.llm.fairness.counterfactual.task` is `llm.fairness.counterfactual`.
    """

    def wrap(make: Callable[..., Task]) -> TaskFactory:
        place = make.__module__.removeprefix("trustgen.tasks.").removesuffix(".task")
        return TaskFactory(make, version, id or place)

    return wrap
