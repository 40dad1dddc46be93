"""Options that several commands share, and how their texts become values."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from trustgen.core import Granted, InputError, Model, ModelOptions

from .called import Called, asking_models, called

if TYPE_CHECKING:
    from trustgen.run import Price, Settings, Strictness
    from trustgen.store import Anchor, Edition
    from trustgen.tasks.suites import Suite

Command = Callable[..., Any]


def common(command: Command) -> Command:
    """`--json` and `--debug`, on every command."""
    command = click.option("--debug", is_flag=True, expose_value=False, help="Show a traceback on errors.")(command)
    return click.option("--json", "as_json", is_flag=True, help="Print one JSON document on stdout.")(command)


def whole(command: Command) -> Command:
    """`--all`, of what prints a run."""
    return click.option(
        "--all", "everything", is_flag=True, help="Print the lesser measures too, and those counted on next to nothing."
    )(command)


def building(command: Command) -> Command:
    """`--n` and `--salt`."""
    command = click.option(
        "--salt",
        default=lambda: datetime.now(UTC).date().isoformat(),
        help="What makes the cases fresh: another salt, other cases.  [default: today's date]",
    )(command)
    return click.option("--n", type=int, help="Records a task.  [default: as the suite says]")(command)


def roles(command: Command) -> Command:
    """`--role`, `--anchor`, `--against`, `--after`: what a build is made with, and what the files it reads may do."""
    command = click.option(
        "--raise-limits", is_flag=True, help="Let the file of a pool raise the limits of what it fetches."
    )(command)
    command = click.option(
        "--allow-private", is_flag=True, help="Let the file of a pool send this build into your own network."
    )(command)
    command = click.option(
        "--pool-key",
        multiple=True,
        metavar="VAR[@ORIGIN]",
        help="Let the file of a pool send the key in VAR to its search engine's own place, or to ORIGIN, as "
        "https://search.example.",
    )(command)
    command = click.option(
        "--after", default="", metavar="DATE", help="Only records later than this date, such as 2026-01-31."
    )(command)
    command = click.option(
        "--against",
        multiple=True,
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Texts that no case may repeat, such as a public benchmark; repeat for several.",
    )(command)
    command = click.option(
        "--anchor",
        metavar="NAME:N",
        help="Share the first N records of every task with all editions that name the same block.",
    )(command)
    return click.option(
        "--role",
        "role",
        multiple=True,
        metavar="ROLE=URI",
        help="Bind a model to a role: writer, judge, attacker, target or embedder; repeat for several.",
    )(command)


def judges_in(role: tuple[str, ...]) -> tuple[str, ...]:
    """The bindings of `--role` that judge."""
    return tuple(text for text in role if text.partition("=")[0] == "judge")


def anchor_of(text: str | None) -> Anchor | None:
    """`NAME:N` to an anchor block."""
    from trustgen.store import Anchor

    if text is None:
        return None
    name, _, records = text.rpartition(":")
    if not name or not records.isdigit() or int(records) < 1:
        raise InputError(f"--anchor {text}: write NAME:N, for example 2026:20")
    return Anchor(name, int(records))


def repeating(command: Command) -> Command:
    """`--repeats`, where models under test are asked."""
    return click.option(
        "--repeats",
        type=click.IntRange(1, 1000),
        default=1,
        show_default=True,
        metavar="K",
        help="Ask every case K times, at a temperature above 0; the variance within a case stands beside that between.",
    )(command)


def seeding(command: Command) -> Command:
    """`--seed-probe`, where pictures may be asked for."""
    return click.option(
        "--seed-probe/--no-seed-probe",
        default=None,
        help="Ask servers of pictures twice with one seed, once a run: does it give one picture?  [default: where no "
        "budget counts money, tokens or calls]",
    )(command)


def asking(command: Command) -> Command:
    """Everything about how models are asked."""
    options = [
        click.option("--concurrency", default="auto", show_default=True, help="Calls at once: auto, or a number."),
        click.option(
            "--budget",
            multiple=True,
            metavar="CAP",
            help="Stop at 5usd, 200k-tokens, 500-calls or 10m. Only cases in flight are then still finished.",
        ),
        click.option(
            "--price",
            multiple=True,
            metavar="[MODEL=]IN/OUT",
            help="US dollars per million tokens; IN/OUT/PICTURE adds those per picture made."
            "  [default: a dated table of list prices]",
        ),
        click.option(
            "--prices",
            "price_table",
            type=click.Path(path_type=Path),
            metavar="FILE",
            help="A TOML table of prices that goes before ours.",
        ),
        click.option("--timeout", type=float, default=120.0, show_default=True, help="Seconds a call may take."),
        click.option(
            "--until-width",
            type=float,
            metavar="W",
            help="End a task once the 95 % interval of its headline is at most W wide on every model; all models are "
            "asked the same records, the other measures are then as wide as they are.",
        ),
        click.option("--drop-corrupt", is_flag=True, help="Forget corrupt journal rows and ask those cases anew."),
    ]
    command = asking_models(command)
    for option in reversed(options):
        command = option(command)
    return command


class Asked(NamedTuple):
    """What a command asks: models under test, roles, and how the run goes. Opened where they are used."""

    models: list[Called]
    roles: dict[str, Called]
    settings: Settings

    def opened(self) -> list[Model]:
        """The models under test, not yet contacted."""
        return [one.open() for one in self.models]

    def bound(self, *, judging: bool) -> dict[str, Model]:
        """The roles that judge a run, or those that make an edition."""
        return {role: one.open() for role, one in self.roles.items() if (role.split(".")[0] == "judge") == judging}


def asked_of(
    models: tuple[str, ...],
    role: tuple[str, ...],
    *,
    concurrency: str,
    budget: tuple[str, ...],
    price: tuple[str, ...],
    timeout: float,
    until_width: float | None,
    drop_corrupt: bool,
    price_table: Path | None = None,
    repeats: int = 1,
    seed_probe: bool | None = None,
    insecure: bool = False,
    pool_key: tuple[str, ...] = (),
    allow_private: bool = False,
    raise_limits: bool = False,
    **said: tuple[str, ...],
) -> Asked:
    """Options to models, roles and settings; a value that cannot be used is an `InputError`."""
    from trustgen.run import Budget, Settings, role_uris
    from trustgen.run.prices import FREE, money_needs

    if concurrency != "auto" and not (concurrency.isdigit() and int(concurrency) > 0):
        raise InputError(f"--concurrency {concurrency}: write `auto` or a number from 1")
    if not 0 < timeout < float("inf"):
        raise InputError(f"--timeout {timeout:g}: a timeout must be more than 0 seconds")
    if until_width is not None and not 0 < until_width < 1:
        raise InputError(f"--until-width {until_width:g}: a width lies between 0 and 1, as 0.06")
    tested, roles = called(models, role_uris(role), timeout, said, insecure)
    everybody = (*tested, *roles.values())
    known = prices_of(everybody, price, price_table)
    caps = Budget.parse(budget)
    if caps.usd is not None:
        money_needs([one.label for one in everybody], known)
    paid = {uri: cost for uri, cost in known.items() if cost is not FREE}  # free models show no 0.00 in progress
    settings = Settings(
        options=ModelOptions(timeout=timeout),
        concurrency=None if concurrency == "auto" else int(concurrency),
        budget=caps,
        prices=paid,
        repeats=repeats,
        until_width=until_width,
        drop_corrupt=drop_corrupt,
        seed_probe=seed_probe,
        signals=True,
        granted=Granted.parse(pool_key, private=allow_private, limits=raise_limits),
    )
    return Asked(tested, roles, settings)


def prices_of(models: Iterable[Called], price: tuple[str, ...], price_table: Path | None) -> dict[str, Price]:
    """The known prices of some models: `--price`, `--prices`, nothing for what runs here, the list prices.

    Each stands under the model's label and under the name by which a run counts it.
    """
    from trustgen.run.prices import prices

    models = tuple(models)
    known = prices([one.uri for one in models], price, price_table)
    for one in models:
        if cost := known.get(one.name) or known.get(one.uri):
            known |= {one.label: cost, _canonical(one): cost}
    return known


def _canonical(one: Called) -> str:
    """The name under which a run counts a model: of two spellings of one model, only one would be charged."""
    from trustgen.core import TrustGenError

    try:
        return one.open().uri
    except TrustGenError:  # said where the model is used, in its order among other faults
        return one.label


def edition_of(
    target: str | Suite,
    n: int | None,
    salt: str,
    out: Path,
    role: Mapping[str, Model] | None = None,
    anchor: Anchor | None = None,
    settings: Settings | None = None,
    strict: Strictness | None = None,
    quiet: bool = False,
) -> Edition:
    """The edition in a folder, or the one that a suite builds now, at `out`, showing progress on a terminal."""
    from trustgen.python.making import edition_of

    building = partial(build_suite, settings=settings, strict=strict, quiet=quiet)
    return edition_of(target, n, salt, out, role, anchor, building=building)


def build_suite(
    suite: Suite,
    n: int | None,
    salt: str,
    out: Path,
    role: Mapping[str, Model],
    anchor: Anchor | None,
    settings: Settings | None = None,
    strict: Strictness | None = None,
    *,
    quiet: bool = False,
) -> Edition:
    """Build a suite, with roles where some are bound, showing progress on a terminal."""
    from trustgen.python.making import build_suite

    from .progress import building_bar

    with building_bar(quiet=quiet) as (progress, note):
        return build_suite(suite, n, salt, out, role, anchor, settings, strict, progress, note)


def place(kind: str, *parts: str) -> Path:
    """A readable default folder in `trustgen-runs/`; the same command names the same one, and so resumes."""
    from trustgen.python.making import place

    return place(kind, *parts)
