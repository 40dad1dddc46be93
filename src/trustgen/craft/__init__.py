"""What cases are made with: a record in words, claims of a known truth, sides to choose, paths, a writer's wording."""

from .asking import DECLINES, RIVALS, State, capital, four, known, noun, said, sentence, unknowable, worded
from .claims import CORRUPTIONS, Claim, claim
from .graph_walk import asked_along, path_of
from .placed import placed
from .sides import TRUE_FALSE, YES_NO, asks, chooses, either, extremes
from .written import Written, in_writers_words

__all__ = [
    "CORRUPTIONS",
    "DECLINES",
    "RIVALS",
    "TRUE_FALSE",
    "YES_NO",
    "Claim",
    "State",
    "Written",
    "asked_along",
    "asks",
    "capital",
    "chooses",
    "claim",
    "either",
    "extremes",
    "four",
    "in_writers_words",
    "known",
    "noun",
    "path_of",
    "placed",
    "said",
    "sentence",
    "unknowable",
    "worded",
]
