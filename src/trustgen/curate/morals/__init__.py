"""Banks of conduct with labels, or orders, by construction: the pools behind the tasks on ethics."""

from .customs import customs
from .made import dilemmas, settings
from .vignettes import vignettes

__all__ = ["customs", "dilemmas", "settings", "vignettes"]
