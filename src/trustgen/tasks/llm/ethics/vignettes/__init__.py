"""Vignettes: see `task`."""
