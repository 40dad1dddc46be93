"""The form `ask`: see its card."""
