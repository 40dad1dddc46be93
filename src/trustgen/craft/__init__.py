"""What cases are made with: a record in words, claims of a known truth, sides to choose, paths, a writer's wording."""

from .asking import RIVALS, State, four, known, said, unknowable, worded
from .claims import CORRUPTIONS, Claim, claim
from .graph_walk import asked_along, path_of
from .placed import placed
from .sides import TRUE_FALSE, YES_NO, asks, chooses, either, sentence
from .written import Written, in_writers_words

__all__ = [
    "CORRUPTIONS",
    "RIVALS",
    "TRUE_FALSE",
    "YES_NO",
    "Claim",
    "State",
    "Written",
    "asked_along",
    "asks",
    "chooses",
    "claim",
    "either",
    "four",
    "in_writers_words",
    "known",
    "path_of",
    "placed",
    "said",
    "sentence",
    "unknowable",
    "worded",
]
