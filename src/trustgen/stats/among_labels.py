"""How often one label stands among several, whatever else cases were labelled; it stands in `share`."""

from .share import label_share

__all__ = ["label_share"]
