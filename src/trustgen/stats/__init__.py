"""Graded cases to numbers: measures with intervals and bounds, and the paired comparison of two models."""

from .choices import choice_bias
from .compare import Difference, paired_difference
from .confusion import Confusion
from .equating import Equated, Equating, Scores, equate
from .grades import Computed, Grade, Grades
from .groups import disparate_impact, gap
from .intervals import Interval, cluster_bootstrap, wilson
from .measure import ClusterMeasure
from .pairs import flip_rate, mend_rate, pair_flips
from .rates import all_right, outcome_rate
from .share import accuracy, label_rate
from .stated_confidence import brier, calibration_error, confidence_auroc, overconfidence

__all__ = [
    "ClusterMeasure",
    "Computed",
    "Confusion",
    "Difference",
    "Equated",
    "Equating",
    "Grade",
    "Grades",
    "Interval",
    "Scores",
    "accuracy",
    "all_right",
    "brier",
    "calibration_error",
    "choice_bias",
    "cluster_bootstrap",
    "confidence_auroc",
    "disparate_impact",
    "equate",
    "flip_rate",
    "gap",
    "label_rate",
    "mend_rate",
    "outcome_rate",
    "overconfidence",
    "pair_flips",
    "paired_difference",
    "wilson",
]
