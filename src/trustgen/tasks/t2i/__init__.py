"""Tasks for models that make pictures."""
