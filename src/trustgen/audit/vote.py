"""A vote of a bound judge on whether two wordings ask the same. It can only add rejections to those of the rules."""

from __future__ import annotations

import re
from collections import Counter
from threading import Lock

from trustgen.core import Bound, ModelFault, Prompt, Prompts, Sampling, Turn, Unusable, digest, user

PROMPTS = Prompts(__package__)
VOTES = 3
_WORD = re.compile(r"^\W*(same|different|unclear)\W*$", re.IGNORECASE)


class Vote:
    """Asks a judge three times, each time in other words; `failed` counts the votes that could not be had."""

    def __init__(self, judge: Bound) -> None:
        self.judge = judge
        self.failed = 0
        self._counting = Lock()

    def __call__(self, before: str, after: str) -> str:
        """Why a majority holds the two to be different; "" where it does not, or where too few votes were had."""
        nonce = f"[{digest(before, after)[:12]}]"
        cast: Counter[str] = Counter()
        for wording in range(VOTES):
            prompt = _prompt(wording, nonce, before, after)
            try:
                reply = self.judge.ask(prompt, sampling=Sampling(max_tokens=8, seed=wording))
            except (Unusable, ModelFault):
                self._fail()
                continue
            match = _WORD.match(reply.text)
            if match:
                cast[match[1].lower()] += 1
            else:
                self._fail()
        return "a majority of the judge's votes finds another meaning" if cast["different"] * 2 > VOTES else ""

    def _fail(self) -> None:
        with self._counting:
            self.failed += 1


def _prompt(wording: int, nonce: str, before: str, after: str) -> Turn:
    """One wording of the question, its texts fenced by a mark that they cannot know."""
    found = PROMPTS.vote
    asked = Prompt(found.name, found.wordings[wording])
    return user(asked(nonce=nonce, before=before, after=after))
