"""What a run says of itself: `run.json`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import msgspec

from trustgen.core import Manner, Sampling, response_key
from trustgen.core.sampling import DRAWN

from .spent import Spent

FORMAT = 3


class NotApplicable(msgspec.Struct, frozen=True):
    """A (task, model) pair that was not planned, because the model lacks a level: each, joined by commas."""

    task: str
    model: str
    level: str


Steady = bool | Literal["unknown"]
"""Whether one seed gives one picture."""


class Endpoint(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What stands behind a model's name: its URI, how it is asked, and what its server made of that.

    `adapted` are parameters that the server refuses, and what they are called instead ("" where they are left out).
    `deterministic` says whether it gives one picture for one seed; None where it was not asked.
    """

    uri: str
    manner: Manner = Manner()
    adapted: dict[str, str] = {}
    deterministic: Steady | None = None

    def __str__(self) -> str:
        changed = (
            f"`{name}` {'left out' if not other else 'on' if other == 'on' else f'sent as `{other}`'}"
            for name, other in self.adapted.items()
        )
        return "; ".join(filter(None, (self.uri, str(self.manner), *changed, self.steadiness)))

    @property
    def steadiness(self) -> str:
        """What one seed gives, in words; "" where nobody asked."""
        if self.deterministic is None:
            return ""
        if self.deterministic == "unknown":
            return "unknown whether one seed gives one picture"
        return "one seed gives one picture" if self.deterministic else "one seed gives another picture each time"

    def key(self, case: str, model: str, sampling: Sampling) -> str:
        """The name under which this model's answer to a case is bought."""
        if not self.adapted and self.manner == Manner():
            return response_key(case, model, sampling)
        asked = self.manner.over(sampling)
        sent = {"max_tokens", "temperature", "top_p"} | {
            name
            for name, given in (
                ("tools", asked.functions),
                ("seed", asked.seed is not None),
                ("stop", bool(asked.stop)),
                ("response_format", asked.schema is not None),
                ("reasoning_effort", bool(asked.effort)),
                *((name, asked.image is not None) for name in (*DRAWN, "n")),
            )
            if given
        }
        # How a reply travels changes no reply; what is not sent cannot be refused.
        changed = {name: other for name, other in self.adapted.items() if name in sent}
        return response_key(case, model, asked, self.manner.system, changed)


class RunManifest(msgspec.Struct, frozen=True, kw_only=True):
    """`run.json`. `judges` maps a task to the key of the judge that the estimates rest on."""

    edition: str
    suite: str
    salt: str
    models: tuple[str, ...]
    simulated: tuple[str, ...] = ()
    judges: dict[str, str]
    roles: dict[str, str] = {}  # the models bound to judging roles, by role
    not_applicable: tuple[NotApplicable, ...] = ()
    versions: dict[str, str]
    budget: str = ""
    status: Literal["running", "finished", "stopped"] = "running"
    stopped: str = ""  # why, where it was
    given_up: dict[str, str] = {}  # models that were asked nothing more because they answered nobody, and why
    started: str = ""
    ended: str = ""
    spent: dict[str, Spent] = {}
    repeats: int = 1  # draws of every case
    endpoints: dict[str, Endpoint] = {}  # of models that go by a name, are asked in a manner, or have adapted
    format: int = FORMAT

    def key(self, case: str, model: str, sampling: Sampling) -> str:
        """The name under which the answer of one of the models is stored."""
        return self.endpoints.get(model, Endpoint(uri=model)).key(case, model, sampling)

    def located(self, model: str) -> str:
        """The URI of one of the models, whatever name it goes by."""
        return self.endpoints[model].uri if model in self.endpoints else model

    @property
    def lacking(self) -> dict[tuple[str, str], str]:
        """The tasks and models that were not planned together, each with the level that the model lacks."""
        return {(n.task, n.model): n.level for n in self.not_applicable}

    def pairs(self, tasks: Iterable[str]) -> list[tuple[str, str]]:
        """The tasks and models that were, task by task."""
        out = self.lacking
        return [(task, model) for task in tasks for model in self.models if (task, model) not in out]
