"""What keeps a bad case out of an edition."""

from trustgen.text.injected import injected

from .audited import AuditCard, audit_edition
from .auditor import Auditor
from .card import card
from .checks import Duplicates, fault
from .contamination import NGrams
from .outside import Reference
from .thresholds import Thresholds

__all__ = [
    "AuditCard",
    "Auditor",
    "Duplicates",
    "NGrams",
    "Reference",
    "Thresholds",
    "audit_edition",
    "card",
    "fault",
    "injected",
]
