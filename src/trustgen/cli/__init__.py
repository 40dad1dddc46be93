"""The command line. Thin: every command parses, calls one function of a lower room, and prints."""

from .app import main

__all__ = ["main"]
