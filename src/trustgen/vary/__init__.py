"""Variations: one case in, a case out that asks the same in another way; each says what it leaves as it was."""

from .combine import each
from .formats import to_mcq, to_open, to_true_false
from .forms import REGISTERS, longer, register, reworded, shorter
from .noise import FAMILIES, NOISES, Noise, noise, noisy
from .options import Shift, mcq, option_shift
from .padding import filler, padding
from .typed import typing
from .written import lengthen, paraphrase, shorten

__all__ = [
    "FAMILIES",
    "NOISES",
    "REGISTERS",
    "Noise",
    "Shift",
    "each",
    "filler",
    "lengthen",
    "longer",
    "mcq",
    "noise",
    "noisy",
    "option_shift",
    "padding",
    "paraphrase",
    "register",
    "reworded",
    "shorten",
    "shorter",
    "to_mcq",
    "to_open",
    "to_true_false",
    "typing",
]
