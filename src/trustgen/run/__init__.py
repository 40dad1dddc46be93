"""The engine: build an edition, evaluate models on it, judge a run again."""

from trustgen.stats.planned import Planned

from .ask import Retry
from .away import Away, finished
from .budget import Budget, Price, cost
from .build import Strictness, build
from .diff import Diff, diff
from .estimate import planned
from .evaluate import aevaluate, evaluate, rejudge
from .judge import tasks_of
from .plan import Plan, plan
from .roles import ROLES, Staff, recorded, role_uris
from .settings import Progress, Quiet, Result, Settings
from .verify import Verified, rebuild, verify
from .vqa import vqa

__all__ = [
    "ROLES",
    "Away",
    "Budget",
    "Diff",
    "Plan",
    "Planned",
    "Price",
    "Progress",
    "Quiet",
    "Result",
    "Retry",
    "Settings",
    "Staff",
    "Strictness",
    "Verified",
    "aevaluate",
    "build",
    "cost",
    "diff",
    "evaluate",
    "finished",
    "plan",
    "planned",
    "rebuild",
    "recorded",
    "rejudge",
    "role_uris",
    "tasks_of",
    "verify",
    "vqa",
]
