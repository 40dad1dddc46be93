"""A gate in the terminal: each check with the number it was held to, failures first to be found."""

from __future__ import annotations

import math

from trustgen.core.shown import one_line

from .checks import Check, Gated
from .screen import Screen
from .words import between, interval, number, plural

_SIGN = {"held": ("ok    ", "green"), "failed": ("FAIL  ", "bold red"), "skipped": ("n/a   ", "dim")}


def print_gate(found: Gated) -> None:
    """Print every check, model by model, and the answer."""
    out = Screen()
    out.line(("Gate", "bold"), f"  {one_line(str(found.run), 80)} · policy {one_line(str(found.policy.path), 80)}")
    for model in found.models:
        out.line()
        simulated = model in found.manifest.simulated
        out.line((one_line(model, 120), "bold"), ("  SIMULATED" if simulated else "", "bold yellow"))
        for check in (c for c in found.checks if c.model == model):
            _check(out, check)
    out.line()
    out.line(_answer(found), style="bold green" if found.passed else "bold red")
    if found.sealed.whole:
        out.line(f"seal {found.sealed.head}", style="dim")
    out.line(
        "Pessimistic: the worst of the 95 % limit, the same limit if everything missing had ended badly (joint), and "
        "the corrected one where the judge is calibrated.",
        style="dim",
    )
    out.show()


def _check(out: Screen, check: Check) -> None:
    about = f"{check.task} {check.measure}".strip() or check.title
    place = f"rule {check.rule}: " if check.rule else ""
    out.line(_SIGN[check.status], f"{place}{about} {check.demand}", indent=2)
    if check.reason:
        out.line(one_line(check.reason, 400), style="dim" if check.status != "failed" else "red", indent=8)
    elif not math.isnan(check.seen) and check.estimate:
        span = check.estimate.range
        out.line(f"seen {number(check.seen, span)} ({one_line(check.by, 200)})", style="dim", indent=8)
    elif check.by:
        out.line(one_line(check.by, 200), style="dim", indent=8)
    if check.estimate and check.status == "failed":
        e = check.estimate
        ends = f"with what is missing {between(*e.joint, e.range)}"
        counted = f"{e.counted:,}/{e.planned:,} {e.unit}"
        out.line(f"value {number(e.value, e.range)} {interval(e)}, {ends}, {counted}", style="dim", indent=8)


def _answer(found: Gated) -> str:
    skipped = sum(c.status == "skipped" for c in found.checks)
    beside = f", {skipped:,} not applicable" if skipped else ""
    made = plural(len(found.checks) - skipped, "check")
    if found.passed:
        return f"PASSED: {made} held{beside}"
    return f"FAILED: {len(found.failed):,} of {made}{beside}"
