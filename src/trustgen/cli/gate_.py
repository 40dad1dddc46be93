"""`trustgen gate`."""

from __future__ import annotations

from pathlib import Path

import click

from .options import common
from .saying import print_json


@click.command("gate")
@click.argument("run", type=click.Path(path_type=Path))
@click.option(
    "--baseline",
    type=click.Path(path_type=Path),
    metavar="RUN",
    help="Fail where a headline is shown to be worse than in this earlier run.",
)
@click.option(
    "--policy",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Rules of your own in TOML, [[rule]] by [[rule]].",
)
@click.option("--model", "models", multiple=True, metavar="URI", help="Gate this model; repeat.  [default: all of RUN]")
@click.option(
    "--seal", default="", metavar="HEAD", help="Fail unless RUN's seal is the one noted before, 32 hex digits."
)
@click.option("--junit", type=click.Path(path_type=Path), metavar="FILE", help="Write JUnit XML too.")
@click.option("--sarif", type=click.Path(path_type=Path), metavar="FILE", help="Write SARIF 2.1.0 too.")
@common
def command(
    run: Path,
    baseline: Path | None,
    policy: Path | None,
    models: tuple[str, ...],
    seal: str,
    junit: Path | None,
    sarif: Path | None,
    as_json: bool,
) -> None:
    """Hold RUN to an earlier run (--baseline) or to a policy: exit 1 when any rule fails.

    Against a baseline all headlines are one family: a run that is no worse fails in one of twenty, whatever their
    number. What is not shown is not proved to be as good: for that a policy has `not_worse_by`, and needs many records.

    A rule's min or max is held against the pessimistic number: the worst of the 95 % limit, that limit if all missing
    cases had ended badly, and, where the judge is calibrated, the corrected limit. Numbers are counted anew from the
    rows. What has no value fails; so does a stored number that the rows do not give, a run that was edited after it was
    sealed or has no seal, and a run that did not finish, unless the policy says allow_partial = true.
    """
    from trustgen.report import gate, print_gate, told, write_gate_junit, write_gate_sarif
    from trustgen.report.policy import against

    if (policy is None) == (baseline is None):
        raise click.UsageError("a gate needs either --baseline RUN or --policy FILE, in which a baseline may stand")
    rules = policy or against(baseline or run)
    found = gate(run, rules, models, seal=seal)
    if junit:
        write_gate_junit(found, junit)
    if sarif:
        write_gate_sarif(found, sarif)
    if as_json:
        print_json(
            {
                "run": str(run),
                "policy": str(found.policy.path),
                "passed": found.passed,
                "seal": told(found.sealed),
                "models": found.models,
                "checks": found.checks,
            }
        )
    else:
        print_gate(found)
    raise SystemExit(int(not found.passed))
