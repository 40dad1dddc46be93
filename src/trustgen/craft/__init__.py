"""Builders: cases from records, with labels by rule. A writer, where one is bound, only words the question."""

from .asking import Ask, Builder, Open, State, known, said, worded
from .choices import Choices, choices
from .claims import CORRUPTIONS, Claim, Claims, claim
from .dialogue import Correction, Distracted, FollowUp, Recall, SelfDoubt, small_talk
from .graph_walk import Walk, joined, joins, path_of
from .unanswerable import Unanswerable, invented_name
from .written import Written, in_writers_words

__all__ = [
    "CORRUPTIONS",
    "Ask",
    "Builder",
    "Choices",
    "Claim",
    "Claims",
    "Correction",
    "Distracted",
    "FollowUp",
    "Open",
    "Recall",
    "SelfDoubt",
    "State",
    "Unanswerable",
    "Walk",
    "Written",
    "choices",
    "claim",
    "in_writers_words",
    "invented_name",
    "joined",
    "joins",
    "known",
    "path_of",
    "said",
    "small_talk",
    "worded",
]
