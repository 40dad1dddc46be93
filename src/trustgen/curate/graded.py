"""Facts of all relations that the installed packages know, in strata by how widely they are known: `facts.graded`.

Strata and relations take turns, so every beginning of the pool holds each in its share, and accuracy can be read
against popularity. Capitals and currencies are always there; the others come with their packages.
"""

from __future__ import annotations

from .elements import elements
from .facts import capitals, currencies
from .kin import STRATA
from .mixed import Mixed
from .places import cities, divisions

facts = Mixed(
    "facts.graded",
    "capitals, currencies, cities, divisions of countries and elements, in three strata by how widely they are known",
    {capitals: 1, currencies: 1, cities: 4, divisions: 3, elements: 1},
    STRATA,
)

__all__ = ["facts"]
