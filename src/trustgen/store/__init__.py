"""What is kept: editions, runs, and the journal of a run under way."""

from .blobs import Blobs
from .draws import drawn, sampled
from .edition import Edition, EditionWriter
from .entries import ANCHOR, Anchor, EditionManifest, Reject, TaskEntry
from .files import read_json, sha256_file, write_json
from .generated import Generated
from .journal import Journal
from .looked import Looked
from .manifests import Endpoint, NotApplicable, RunManifest, Steady
from .runs import RunFolder
from .seal import Link, Sealed, check_seal
from .spent import Spent

__all__ = [
    "ANCHOR",
    "Anchor",
    "Blobs",
    "Edition",
    "EditionManifest",
    "EditionWriter",
    "Endpoint",
    "Generated",
    "Journal",
    "Link",
    "Looked",
    "NotApplicable",
    "Reject",
    "RunFolder",
    "RunManifest",
    "Sealed",
    "Spent",
    "Steady",
    "TaskEntry",
    "check_seal",
    "drawn",
    "read_json",
    "sampled",
    "sha256_file",
    "write_json",
]
