"""Tasks for models that look at pictures."""
