"""A card names the roles that its task uses, and no other."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from trustgen.core import Bound, Kit, expand, named
from trustgen.core.registry import load, names


@dataclass(frozen=True)
class Asked(Kit):
    """A kit without roles that remembers which it was asked for."""

    sought: set[str] = field(default_factory=set)

    def role(self, name: str) -> Bound | None:
        self.sought.add(name)
        return super().role(name)


@pytest.mark.parametrize("id", names("task"))
def test_the_card_names_the_roles_that_the_task_uses(id: str) -> None:
    kit = Asked()
    made = load("task", id)(2, kit)
    for record in made.records.select("roles"):
        list(expand(made, record, "roles"))
    if load("task", id)(2, named({"judge": "organism/judge"})).judge.key != made.judge.key:
        kit.sought.add("judge")
    assert set(made.card.roles) == kit.sought
