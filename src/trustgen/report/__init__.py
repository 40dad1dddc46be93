"""A finished run as people read it: in the terminal, as one HTML page, as Markdown and as CSV; models compared, ranked
and held to a policy; and the formats that CI systems show.

A report reads what a run has stored and asks no model. Everything that a model or an endpoint wrote is foreign text.
The names below come lazily: a look at ten cases waits for no page.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .aligned import Aligned, alignment, print_alignment
    from .answering import Answer, answer
    from .board_parts import Leaderboard
    from .board_text import print_leaderboard, write_leaderboard
    from .cases import Found, look, one
    from .cases_pick import Wanted
    from .checks import Check, Gated, gate
    from .ci import write_gate_junit, write_gate_sarif, write_junit, write_sarif
    from .compare import Difference, compare_models
    from .equating import TaskEquating, equate_runs, print_equating
    from .gate_text import print_gate
    from .page import write_html
    from .policy import Policy, Rule, read_policy
    from .ranking import leaderboard
    from .sealed import VerifiedRun, seal_lines, told, verify_run
    from .summary import Findings, findings
    from .tables import document, write_csv, write_json, write_markdown
    from .terminal import print_comparison, print_findings

__all__ = [
    "Aligned",
    "Answer",
    "Check",
    "Difference",
    "Findings",
    "Found",
    "Gated",
    "Leaderboard",
    "Policy",
    "Rule",
    "TaskEquating",
    "VerifiedRun",
    "Wanted",
    "alignment",
    "answer",
    "compare_models",
    "document",
    "equate_runs",
    "findings",
    "gate",
    "leaderboard",
    "look",
    "one",
    "print_alignment",
    "print_comparison",
    "print_equating",
    "print_findings",
    "print_gate",
    "print_leaderboard",
    "read_policy",
    "seal_lines",
    "told",
    "verify_run",
    "write_csv",
    "write_gate_junit",
    "write_gate_sarif",
    "write_html",
    "write_json",
    "write_junit",
    "write_leaderboard",
    "write_markdown",
    "write_sarif",
]

_HOMES = {
    "aligned": "Aligned alignment print_alignment",
    "answering": "Answer answer",
    "board_parts": "Leaderboard",
    "board_text": "print_leaderboard write_leaderboard",
    "cases": "Found look one",
    "cases_pick": "Wanted",
    "checks": "Check Gated gate",
    "ci": "write_gate_junit write_gate_sarif write_junit write_sarif",
    "compare": "Difference compare_models",
    "equating": "TaskEquating equate_runs print_equating",
    "gate_text": "print_gate",
    "page": "write_html",
    "policy": "Policy Rule read_policy",
    "ranking": "leaderboard",
    "sealed": "VerifiedRun seal_lines told verify_run",
    "summary": "Findings findings",
    "tables": "document write_csv write_json write_markdown",
    "terminal": "print_comparison print_findings",
}
_HOME = {name: module for module, names in _HOMES.items() for name in names.split()}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module `{__name__}` has no attribute `{name}`")
    return getattr(import_module(f".{_HOME[name]}", __name__), name)
