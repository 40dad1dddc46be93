"""What stands behind the models of a run: names, manners, and what their servers would not have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from trustgen.core import InputError, Model, Sampling
from trustgen.store import Endpoint, RunManifest, Steady


class Endpoints:
    """The models under test, by label."""

    def __init__(self, models: Sequence[Model]) -> None:
        self._models = {model.uri: model for model in models}
        self._steady: dict[str, Steady] = {}

    def told(self) -> dict[str, Endpoint]:
        """What the manifest tells of those that go by a name, are asked in a manner, leave parameters out, or were
        asked whether their seed counts."""
        found = {}
        for label, model in self._models.items():
            steady = self._steady.get(label)
            told = Endpoint(uri=model.at, manner=model.manner, adapted=dict(model.adapted), deterministic=steady)
            if told != Endpoint(uri=label):
                found[label] = told
        return found

    def of(self, label: str) -> Endpoint:
        """One of them."""
        return self.told().get(label, Endpoint(uri=label))

    def take_up(self, folder: Path, before: RunManifest | None) -> None:
        """Know what servers refused before; raise `InputError` for another endpoint under a name in use."""
        for label, model in self._models.items():
            if before is None or label not in before.models:
                continue
            was = before.endpoints.get(label, Endpoint(uri=label))
            if (was.uri, was.manner) != (model.at, model.manner):
                asked = f"{was.uri} ({was.manner})" if str(was.manner) else was.uri
                raise InputError(
                    f"run `{folder}` asked `{label}` as {asked}: ask it so again, or give what is asked now "
                    "another name (--model NAME=URI)"
                )
            model.adapt(was.adapted)
            if was.deterministic is not None:
                self._steady[label] = was.deterministic

    def steady(self, label: str, found: Steady) -> None:
        """Know whether one seed of a model gives one picture."""
        self._steady[label] = found

    def adapted(self, label: str) -> Mapping[str, str]:
        """Parameters that a model leaves out or sends under another name."""
        return self._models[label].adapted

    def draws_differ(self, repeats: int, samplings: Iterable[Sampling]) -> None:
        """Raise `InputError` for several draws of a case at temperature 0: they would be the same, and tell nothing."""
        samplings = tuple(samplings)
        for label, model in self._models.items() if repeats > 1 else ():
            if not model.simulated and any(not model.manner.over(sampling).temperature for sampling in samplings):
                raise InputError(
                    f"--repeats {repeats}: `{label}` is asked at temperature 0, where every draw is the same: give "
                    "--temperature more than 0"
                )


def renamed(adapted: Mapping[str, str], known: Mapping[str, str]) -> str:
    """What is new among adapted parameters, in words."""
    new = ((name, other) for name, other in adapted.items() if name not in known)
    return ", ".join(f"`{name}` as `{other}`" if other not in ("", "on") else f"`{name}`" for name, other in new)


__all__ = ["Endpoints", "renamed"]
