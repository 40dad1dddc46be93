"""VQAScore (Lin et al. 2024) by any vision-language model: how probable it is to say that a picture shows its prompt.

P(yes) / (P(yes) + P(no)), summed over every way of writing the two that is among the alternatives of the first token.
The question is ours, and it and the model's name go with the number: by another it is another number.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from trustgen.core import Bound, Image, InputError, Level, Model, Prompts, Reply, Sampling, Unusable, user
from trustgen.store import Generated, RunFolder
from trustgen.vision.render import Pixels

from .judging import nobody_judges_itself
from .roles import Staff
from .settings import Settings

PROMPTS = Prompts(__package__)
SAMPLING = Sampling(temperature=0.0, max_tokens=4, logprobs=20)
LEAST = 0.5  # of the probability is to lie on yes and no, or the model answers something else
NEEDS = frozenset({Level.IMAGE_IN, Level.LOGPROBS})
KEPT = "alignment.db"  # in the run's folder; no part of what is sealed


class Vqa:
    """Scores of one model."""

    top = 1.0

    def __init__(self, bound: Bound, workers: int) -> None:
        self.measure = f"vqascore[{bound.uri}]"
        self.workers = workers
        self._bound = bound

    def score(self, prompts: Sequence[str], image: Image, _pixels: Pixels) -> list[float]:
        """The VQAScore of a picture with each prompt, 0 to 1; `nan` where the model did not answer yes or no."""
        return [self._one(prompt, image) for prompt in prompts]

    def _one(self, prompt: str, image: Image) -> float:
        try:
            reply = self._bound.ask(user(PROMPTS.shown(prompt=prompt), image), sampling=SAMPLING)
        except Unusable:
            return math.nan
        return yes_of(reply)


def yes_of(reply: Reply) -> float:
    """P(yes) / (P(yes) + P(no)) at the first token that says anything; `nan` where both together are below one half."""
    for token in reply.logprobs:
        if any(c.isalnum() for c in token.token):
            return _share({token.token: token.logprob, **token.top})
    return math.nan


def _share(told: Mapping[str, float]) -> float:
    mass = {"yes": 0.0, "no": 0.0}
    for token, logprob in told.items():
        said = token.strip("▁Ġ \n\t\"'*.,!").casefold()
        if said in mass:
            mass[said] += math.exp(logprob)
    both = mass["yes"] + mass["no"]
    return mass["yes"] / both if both >= LEAST else math.nan


@contextmanager
def vqa(model: Model, run: RunFolder, settings: Settings) -> Iterator[Vqa]:
    """Scores by a model, asked through pacing, retries and budget; its replies are kept in the run's folder.

    Raises `InputError` for a model that drew the pictures, reads none or gives no probabilities.
    """
    manifest = run.manifest()
    nobody_judges_itself({"judge": model}, [manifest.located(label) for label in manifest.models])
    cache = Generated(run.folder / KEPT)
    try:
        with Staff({"judge": model}, cache, settings, apart=True, assets=run.assets()) as staff:
            staff.in_loop(model.learn(NEEDS))
            if lacking := NEEDS - model.levels:
                what = "reads no pictures" if Level.IMAGE_IN in lacking else "gives no probabilities of its tokens"
                raise InputError(f"`{model.uri}` {what}, which VQAScore is made of: name another with --vqa URI")
            yield Vqa(staff.kit.roles["judge"], staff.workers)
    finally:
        cache.close()


__all__ = ["Vqa", "vqa", "yes_of"]
