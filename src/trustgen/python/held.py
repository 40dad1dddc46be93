"""A run and an edition at hand: what they say of themselves, also in a notebook, and their rows as tables."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from trustgen.core import Estimate, FolderError, MissingExtra
from trustgen.core.shown import one_line
from trustgen.report import Found, Wanted, look, one, seal_lines
from trustgen.report.words import plural
from trustgen.store import Edition as Stored
from trustgen.store import RunFolder, RunManifest

from .pages import page, rows_of
from .tables import case_table, edition_table, estimate_table

if TYPE_CHECKING:
    import pandas
    import pyarrow

What = Literal["estimates", "cases"]


class Run:
    """A run's folder. Its numbers, its cases and its tables are read when they are asked for."""

    def __init__(self, folder: str | Path) -> None:
        """Raises `FolderError` for a folder that is no run, or a run of another format."""
        self.folder = Path(folder)
        self._run = RunFolder.open(self.folder)

    @property
    def manifest(self) -> RunManifest:
        """What the run says of itself."""
        return self._run.manifest()

    @property
    def status(self) -> str:
        """`finished`, `stopped` or `running`; a run that was killed is `running` too."""
        return self.manifest.status

    @property
    def edition(self) -> Edition:
        """The edition that was asked."""
        return Edition.open(self.folder / "edition")

    @property
    def estimates(self) -> list[Estimate]:
        """The numbers; none yet of a run that is under way or was killed."""
        return self._run.estimates() if (self.folder / "estimates.json").is_file() else []

    @property
    def faults(self) -> list[str]:
        """What was edited since the run was sealed, in words."""
        broken, _ = seal_lines([self.folder])
        return broken

    def cases(self, *, unfold: bool = False, **wanted: Any) -> Found:
        """The cases worth reading, as `trustgen cases` finds them: `wanted` are the fields of `Wanted`."""
        return look(self.folder, Wanted(**wanted), unfold=unfold)

    def case(self, case: str, *, unfold: bool = False) -> Found:
        """One case whole, by its id or the beginning of it."""
        return one(self.folder, case, unfold=unfold)

    def to_arrow(self, what: What = "estimates", *, unfold: bool = False) -> pyarrow.Table:
        """A row an estimate, or a row a verdict with what was asked and said.

        Texts that may harm (on safety, fairness and privacy, or of a kind that nobody knows) are null unless `unfold`.
        """
        if what == "estimates":
            return estimate_table(self.estimates)
        if what == "cases":
            return case_table(self.folder, unfold=unfold)
        raise FolderError(f"there is no table `{what}` of a run: write estimates or cases")

    def to_pandas(self, what: What = "estimates", *, unfold: bool = False) -> pandas.DataFrame:
        """`to_arrow` as a data frame. Raises `MissingExtra` where pandas is not installed."""
        return _framed(self.to_arrow(what, unfold=unfold))

    def __repr__(self) -> str:
        made = self.manifest
        heads = [e for e in self.estimates if e.headline]
        told = plural(len(heads), "headline") if heads else "no numbers yet"
        edited = ", EDITED since it was sealed" if self.faults else ""
        models = plural(len(made.models), "model")
        return f"Run({str(self.folder)!r}: {one_line(made.suite, 60)}, {models}, {told}, {made.status}{edited})"

    def _repr_html_(self) -> str:
        heads = [e for e in self.estimates if e.headline]
        made = self.manifest
        lines = [f"edited: {fault}" for fault in self.faults]
        lines += [made.stopped] if made.stopped else []
        simulated = [f"{model} is simulated: its numbers test the instrument" for model in made.simulated]
        return page(f"{made.suite} · salt {made.salt} · {made.status}", *rows_of(heads), notes=[*lines, *simulated])


class Edition(Stored):
    """An edition's folder: frozen cases."""

    def to_arrow(self, *, unfold: bool = False) -> pyarrow.Table:
        """A row a case: its id, task, arm, record, tags, what is asked, what the record says is right.

        Texts that may harm are null unless `unfold`, as in the table of a run's cases.
        """
        return edition_table(self, unfold=unfold)

    def to_pandas(self, *, unfold: bool = False) -> pandas.DataFrame:
        """`to_arrow` as a data frame. Raises `MissingExtra` where pandas is not installed."""
        return _framed(self.to_arrow(unfold=unfold))

    def __repr__(self) -> str:
        made = self.manifest
        told = f"{plural(len(made.tasks), 'task')}, {plural(self.planned, 'case')}"
        return f"Edition({str(self.folder)!r}: {one_line(made.suite, 60)}, salt {one_line(made.salt, 40)}, {told})"

    def _repr_html_(self) -> str:
        made = self.manifest
        heads = ("task", "version", "records from", "cases", "arms")
        arms = (", ".join(f"{arm} {n}" for arm, n in t.arms.items()) for t in made.tasks)
        rows = [(t.id, t.version, t.pool, f"{t.planned:,}", told) for t, told in zip(made.tasks, arms, strict=True)]
        return page(f"edition {made.id[:8]} · {made.suite} · salt {made.salt}", heads, rows)


def _framed(table: Any) -> Any:
    try:
        import pandas  # noqa: F401 (Arrow makes the frame, and says less well what is missing)
    except ImportError:
        raise MissingExtra("a data frame", "pandas", "pip install pandas") from None
    return table.to_pandas()
