"""Fits the weights of `doubt.toml` on labelled rows, and prints what it may do on records that it has not seen.

    python tests/audit/fit_doubt.py [--write]

The rows are those of `labelled/dev.jsonl` and `labelled/held_out.jsonl` whose question was reworded. A weight is never
below 0: no sign of another meaning may speak for the same one. The figures are cross-validated by record.
"""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import numpy as np
from scipy.optimize import minimize
from test_labelled import as_crafted, rows

from trustgen.audit import auditor
from trustgen.audit.wording import doubt, evidence, meaning

SETS = ("dev.jsonl", "held_out.jsonl")
STRENGTH = 10.0  # of the ridge on the weights, signs scaled to variance 1
FOLDS = 5
PRIOR = {"negation": 1.5, "number_changed": 2.0, "turned": 1.0, "quantity": 1.5, "opposite": 1.5, "name_changed": 1.5}
"""What signs too rare for these rows to weigh are drawn towards, in log odds; the others are drawn towards 0. None of
these weighs less than two thirds of this, since what they tell of is an error by the meaning of the words."""
TARGET = Path(doubt.__file__).parent / "doubt.toml"
GOALS = (0.02, 0.05, 0.10, 0.15)


def table(names: tuple[str, ...] = SETS):
    """For each reworded row: its signs, whether it asks something else, its record, what the hard rules say."""
    found = []
    for name in names:
        for row in rows(name).values():
            made = as_crafted(row)
            if row["page"] or row["fault"] == "injected" or auditor._reshaped(made.case, made.base):
                continue
            before, after = auditor._before(made), made.case.question
            pair = evidence.paired(before, after)
            hard = meaning.hard(pair)
            other = row["fault"] in ("meaning", "off_topic")
            found.append((doubt.signs(pair, auditor._absent(made, before)), other, row, hard, before, after))
    return found


def fitted(x: np.ndarray, y: np.ndarray, names: list[str], strength: float = STRENGTH) -> np.ndarray:
    """Ridge logistic weights, none below 0, both classes weighing the same; the bias comes last."""
    spread = np.maximum(x.std(0), 0.05)
    prior = np.array([PRIOR.get(n, 0.0) for n in names]) * spread
    z, w = x / spread, np.where(y, 0.5 / y.mean(), 0.5 / (1 - y.mean()))

    def loss(b: np.ndarray) -> tuple[float, np.ndarray]:
        odds = z @ b[:-1] + b[-1]
        d = w * (1 / (1 + np.exp(-odds)) - y)
        value = float(np.sum(w * (np.logaddexp(0, odds) - y * odds)) + strength * np.sum((b[:-1] - prior) ** 2) / 2)
        return value, np.r_[z.T @ d + strength * (b[:-1] - prior), d.sum()]

    bounds = [(p * 2 / 3, None) for p in prior] + [(None, None)]
    best = minimize(loss, np.r_[prior, 0.0], jac=True, method="L-BFGS-B", bounds=bounds).x
    return np.r_[best[:-1] / spread, best[-1]]


def scored(b: np.ndarray, x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-(x @ b[:-1] + b[-1])))


def across(x: np.ndarray, y: np.ndarray, hard: np.ndarray, groups: list[str], names: list[str]) -> np.ndarray:
    """Each row's score by weights fitted without its record."""
    order = {g: i for i, g in enumerate(dict.fromkeys(groups))}
    fold = np.array([order[g] % FOLDS for g in groups])
    score = np.zeros(len(y))
    for k in range(FOLDS):
        use = (fold != k) & ~hard
        score[fold == k] = scored(fitted(x[use], y[use], names), x[fold == k])
    return np.where(hard, 1.0, score)


def main() -> None:
    found = table()
    names = sorted(found[0][0])
    x = np.array([[signs[n] for n in names] for signs, *_ in found])
    y = np.array([other for _, other, *_ in found])
    hard = np.array([bool(h) for *_, h, _, _ in found])
    good = np.array([row["fault"] == "" for _, _, row, *_ in found])
    groups = [row["record"]["subject"] for _, _, row, *_ in found]
    score = across(x, y, hard, groups, names)
    print(f"{len(y)} rows, {y.sum()} ask something else; hard rules reject {hard[y].sum()}, lose {hard[good].sum()}")
    for part in (*SETS, ""):
        of = np.array([not part or row["id"].startswith(part[:3]) for _, _, row, *_ in found])
        for goal in GOALS:
            bar = np.quantile(score[good & of], 1 - goal)
            caught = (score[y & of] > bar).mean()
            print(f"{part:15} good lost {goal:.2f}: another meaning rejected {caught:.2f} (threshold {bar:.3f})")
    b = fitted(x[~hard], y[~hard], names)
    for n, c in zip(names, b, strict=False):
        print(f"{n:16} {c:.2f}")
    if "--write" in sys.argv:
        bar = float(sys.argv[-1])
        signs = "\n".join(f"{n} = {c:.3f}" for n, c in zip(names, b, strict=False))
        TARGET.write_text(
            f"# Fitted on {date.today()} by tests/audit/fit_doubt.py on {' and '.join(SETS)}: {len(y)} rows.\n"
            "# What a sign of strength 1 adds to the log odds that something else is asked. No weight is below 0.\n"
            f"bias = {b[-1]:.3f}\nthreshold = {bar}\n\n[signs]\n{signs}\n",
            "utf-8",
        )


if __name__ == "__main__":
    main()
