"""Judges that follow rules: they read the last reply, and nothing else, and give exactly one ruling."""

from .combine import by_arm
from .free_text import matches
from .letters import choice
from .reading import Reading, abstains, refusal
from .verdicts import true_false, yes_no

__all__ = ["Reading", "abstains", "by_arm", "choice", "matches", "refusal", "true_false", "yes_no"]
