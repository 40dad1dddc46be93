"""What is kept: editions, runs, and the journal of a run under way."""

from .edition import Edition, EditionManifest, EditionWriter, TaskEntry
from .files import read_json, sha256_file, write_json
from .journal import Journal, Spent
from .runs import NotApplicable, RunFolder, RunManifest

__all__ = [
    "Edition",
    "EditionManifest",
    "EditionWriter",
    "Journal",
    "NotApplicable",
    "RunFolder",
    "RunManifest",
    "Spent",
    "TaskEntry",
    "read_json",
    "sha256_file",
    "write_json",
]
