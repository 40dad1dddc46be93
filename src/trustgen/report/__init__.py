"""A finished run as people read it: in the terminal, as one HTML page, as Markdown and as CSV; and two models compared.

A report reads what a run has stored and asks no model. Everything that a model or an endpoint wrote is foreign text.
"""

from .compare import Difference, compare_models
from .equating import TaskEquating, equate_runs, print_equating
from .findings import Findings, findings
from .page import write_html
from .tables import write_csv, write_markdown
from .terminal import print_comparison, print_findings

__all__ = [
    "Difference",
    "Findings",
    "TaskEquating",
    "compare_models",
    "equate_runs",
    "findings",
    "print_comparison",
    "print_equating",
    "print_findings",
    "write_csv",
    "write_html",
    "write_markdown",
]
