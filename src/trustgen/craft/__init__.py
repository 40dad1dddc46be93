"""What cases are made with: a record in words, claims of a known truth, paths of a graph, a writer's wording."""

from .asking import State, said, worded
from .claims import CORRUPTIONS, Claim, claim
from .graph_walk import asked_along, path_of
from .written import Written, in_writers_words

__all__ = [
    "CORRUPTIONS",
    "Claim",
    "State",
    "Written",
    "asked_along",
    "claim",
    "in_writers_words",
    "path_of",
    "said",
    "worded",
]
