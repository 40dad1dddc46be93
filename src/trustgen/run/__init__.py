"""The engine: build an edition, evaluate models on it, judge a run again."""

from trustgen.stats.planned import Planned

from .ask import Retry
from .budget import Budget, Price, cost
from .build import build, rebuilt_cases
from .estimate import planned
from .evaluate import evaluate, rejudge
from .judge import tasks_of
from .plan import Plan, plan
from .settings import Progress, Quiet, Result, Settings

__all__ = [
    "Budget",
    "Plan",
    "Planned",
    "Price",
    "Progress",
    "Quiet",
    "Result",
    "Retry",
    "Settings",
    "build",
    "cost",
    "evaluate",
    "plan",
    "planned",
    "rebuilt_cases",
    "rejudge",
    "tasks_of",
]
