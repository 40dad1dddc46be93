"""Pools of records: where the facts and the people come from, under which licence, in which order a salt draws them."""

from trustgen.core import Pool

from .door import open_pool, pool
from .pool import Selection, Stream, Table

__all__ = ["Manifest", "Pool", "Selection", "Stream", "Table", "open_pool", "pool"]
