"""Variations: one case in, a case out that asks the same in another way; each says what it leaves as it was."""

from .combine import Chain, chain, each, one_of
from .formats import to_mcq, to_open, to_true_false
from .forms import PERSONAS, REGISTERS, longer, persona, register, reworded, shorter
from .noise import NOISES, Noise, all_noise, noise, noisy
from .options import Shift, mcq, option_shift
from .padding import filler, padding
from .written import lengthen, paraphrase, restyle, shorten, translate

__all__ = [
    "NOISES",
    "PERSONAS",
    "REGISTERS",
    "Chain",
    "Noise",
    "Shift",
    "all_noise",
    "chain",
    "each",
    "filler",
    "lengthen",
    "longer",
    "mcq",
    "noise",
    "noisy",
    "one_of",
    "option_shift",
    "padding",
    "paraphrase",
    "persona",
    "register",
    "restyle",
    "reworded",
    "shorten",
    "shorter",
    "to_mcq",
    "to_open",
    "to_true_false",
    "translate",
]
