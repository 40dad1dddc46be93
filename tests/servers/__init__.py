"""Servers that are the house's own: `real_server` is one, `kinds` answer as others do, the rest serve pools."""
