"""Graded cases to numbers: measures with intervals and bounds, and the paired comparison of two models."""

from .choices import choice_bias
from .compare import Difference, paired_difference
from .equating import Equated, Equating, Scores, equate
from .grades import Computed, Grade, Grades
from .groups import disparate_impact, gap
from .intervals import Interval, cluster_bootstrap, clustered_rate, wilson
from .measure import ClusterMeasure
from .pairs import flip_rate, mend_rate, pair_flips
from .rates import accuracy, all_right, label_rate, outcome_rate

__all__ = [
    "ClusterMeasure",
    "Computed",
    "Difference",
    "Equated",
    "Equating",
    "Grade",
    "Grades",
    "Interval",
    "Scores",
    "accuracy",
    "all_right",
    "choice_bias",
    "cluster_bootstrap",
    "clustered_rate",
    "disparate_impact",
    "equate",
    "flip_rate",
    "gap",
    "label_rate",
    "mend_rate",
    "outcome_rate",
    "pair_flips",
    "paired_difference",
    "wilson",
]
