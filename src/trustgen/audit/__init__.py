"""What keeps a bad case out of an edition."""

from .checks import Duplicates, fault

__all__ = ["Duplicates", "fault"]
