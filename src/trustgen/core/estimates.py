"""What is counted: an estimate, with what is known of its judge's error and of people's labels.

The last of the nouns (see `records`): Verdict ─measure→ Estimate.
"""

from __future__ import annotations

import math
from enum import StrEnum
from typing import Any

import msgspec


class Direction(StrEnum):
    """Which way is better. `TARGET` means nearer to the measure's `target` is better, from either side."""

    HIGHER = "higher"
    LOWER = "lower"
    TARGET = "target"


class JudgeError(msgspec.Struct, frozen=True, kw_only=True):
    """How often the judge behind an estimate errs on a labelled set, with 95 % limits: (value, low, high) each.

    `corrected` is the value that a judge without error would have found (Rogan and Gladen 1978), its limits carrying
    the labelled set's own uncertainty; `nan` where there is none, and then `note` may say why. `unread` of the `rows`
    could not be read by the judge. `joint` are corrected limits that carry what is missing, too. `band` are the limits
    if the judge erred somewhat differently on these replies than on the labelled ones; `nan` where those are the run's
    own. `floor` is what a share of pairs that differ would be by the judge's errors alone, where none does.
    """

    set: str
    rows: int
    unread: int
    sensitivity: tuple[float, float, float]
    specificity: tuple[float, float, float]
    f1: tuple[float, float, float]
    corrected: tuple[float, float, float]
    note: str = ""
    joint: tuple[float, float] = (math.nan, math.nan)
    band: tuple[float, float] = (math.nan, math.nan)
    floor: float = math.nan


class Weakest(msgspec.Struct, frozen=True, kw_only=True):
    """The least that is known of the judges behind an estimate: on which labelled rows which of them errs most.

    `share` is `sensitivity` or `specificity`, with `value` as (value, low, high) at 95 % over `rows`; `part` is the
    model family or the language of these rows, "" for a whole set. Of the judges in `unknown` nothing is known.
    """

    judge: str
    set: str
    part: str
    share: str
    rows: int
    value: tuple[float, float, float]
    unknown: tuple[str, ...] = ()


class HumanEstimate(msgspec.Struct, frozen=True, kw_only=True):
    """What people's labels say of an estimate, over the `cases` that its judge scored.

    Of the `picked` replies, labelled `labels` times, people agree on `agreed` and contradict each other on `flagged`.
    Values are (value, low, high) at 95 %, `nan` where the labels do not reach and `note` says what is missing. `alpha`
    is Krippendorff's; `labels_only` weighs labels by their inverse chance; `predicted` joins them with all verdicts,
    and its interval is `narrower` by that share. `ends` are its values if all open picks were 0, and 1.
    """

    cases: int
    picked: int
    labels: int
    agreed: int
    flagged: int
    alpha: tuple[float, float, float]
    labels_only: tuple[float, float, float]
    predicted: tuple[float, float, float]
    narrower: float
    ends: tuple[float, float]
    method: str = ""
    note: str = ""


class Estimate(msgspec.Struct, frozen=True, kw_only=True):
    """One measure over graded cases.

    `value` with `low` and `high` (95 % unless `method` says otherwise) over what was counted; `planned` = the sum of
    `outcomes`, always. `counted` is the denominator, in `unit`s (cases, pairs, records). `worst` and `best` bound the
    value over everything planned: all missing units at their worst, and at their best; `bounds` are the lowest and the
    highest such value, which for a target need be neither. `joint` are 95 % limits that carry both sampling and what is
    missing. A value over nothing is `nan`, and so is a bound that nobody knows.
    """

    task: str
    model: str
    arm: str
    measure: str
    value: float
    low: float
    high: float
    method: str
    direction: Direction
    range: tuple[float, float]
    planned: int
    outcomes: dict[str, int]
    worst: float
    best: float
    counted: int
    unit: str
    clusters: int
    judge: str
    headline: bool = False
    target: float | None = None
    notes: dict[str, Any] = {}
    judge_error: JudgeError | None = None  # None: the judge is uncalibrated
    weakest: Weakest | None = None  # None: nothing is known of any judge behind it
    judge_counted: str = ""  # what was counted of the judge's error on other things than labelled replies, in a line
    bounds: tuple[float, float] = (math.nan, math.nan)
    joint: tuple[float, float] = (math.nan, math.nan)
    human: HumanEstimate | None = None  # None: nobody was asked to label
