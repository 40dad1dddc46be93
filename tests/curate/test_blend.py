"""A blend gives as many records as it says, and not one more."""

from __future__ import annotations

import pytest

from trustgen.core import InputError
from trustgen.curate.blend import blend
from trustgen.curate.door import open_pool


def test_a_blend_is_as_large_as_the_first_pool_that_is_used_up_allows() -> None:
    small, endless = open_pool("facts.capitals"), open_pool("quiz.short")
    shares = ((endless, 2), (small, 1))
    size = blend(*shares, n=1).size
    assert small.size is not None
    assert size == 3 * small.size
    assert len(list(blend(*shares, n=size).select("s"))) == size
    with pytest.raises(InputError, match="ask for fewer"):
        blend(*shares, n=size + 3).select("s")
    assert blend((endless, 1), n=1).size is None
