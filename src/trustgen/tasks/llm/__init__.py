"""Tasks for language models."""
