"""For those who test what they plug in: scripted and known-answer models, servers that fail as told, the contract.

Nothing here needs pytest, and nothing is reached but the loopback.
"""

from .contract import Finding, Law, contract
from .fast import fast_server
from .scripted import Said, Script, Scripted
from .server import MockServer, Plan, always, by_attempt, by_prompt, mixture
from .trial import Trial, organism

__all__ = [
    "Finding",
    "Law",
    "MockServer",
    "Plan",
    "Said",
    "Script",
    "Scripted",
    "Trial",
    "always",
    "by_attempt",
    "by_prompt",
    "contract",
    "fast_server",
    "mixture",
    "organism",
]
