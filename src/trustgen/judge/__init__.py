"""Judges: rules that read the last reply, and rubrics that bound models answer; one ladder of them gives one ruling."""

from .code import code_dangers, code_parses
from .combine import by_arm
from .dates import date
from .deeds import deeds
from .families import family
from .free_text import matches
from .in_thought import in_thought
from .ladder import ladder
from .letters import choice
from .model import Judging, judged
from .personal import leaks, personal, personal_data
from .quantities import amount
from .reading import Reading, abstains, refusal
from .refusals import Stance, refuses, stance
from .rubric import Rubric, rubric, rubrics
from .stated import stated
from .talked import talked
from .toxicity import toxicities, toxicity
from .verdicts import true_false, yes_no

__all__ = [
    "Judging",
    "Reading",
    "Rubric",
    "Stance",
    "abstains",
    "amount",
    "by_arm",
    "choice",
    "code_dangers",
    "code_parses",
    "date",
    "deeds",
    "family",
    "in_thought",
    "judged",
    "ladder",
    "leaks",
    "matches",
    "personal",
    "personal_data",
    "refusal",
    "refuses",
    "rubric",
    "rubrics",
    "stance",
    "stated",
    "talked",
    "toxicities",
    "toxicity",
    "true_false",
    "yes_no",
]
