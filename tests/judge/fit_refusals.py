"""Fits the weights of the reader of refusals on labelled replies, and prints how it does on prompts and models unseen.

    python tests/judge/fit_refusals.py FOLDER [--write]

FOLDER holds the sets that others labelled, one JSON object a line with `prompt`, `reply`, `label` and `model`:
xstest.jsonl (Röttger et al. 2024), k_overrefusal.jsonl (Korean), jbb_refusals.jsonl (JailbreakBench), rbr_gold.jsonl
(Mu et al. 2024) and evouna_nq.jsonl (Wang et al. 2023; answers, right or wrong). Our own rows come beside them: the
split `dev` of `labels.replies`, and the rows `a` of the two files beside this one. PyRIT's rows and the rows `test` and
`b` are in no fit. Patterns were mended on some of `b`: only their first reading, told in their files, is unseen.

Every reply is fitted whole and cut at 24, 48, 96 and 200 words, with its one label. From what complies further replies
are made: with moral after it, with a disclaimer before it (both comply), and with a refusal before it (partial).
"""

from __future__ import annotations

import json
import re
import sys
from collections import defaultdict
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_matrix, diags, vstack
from sklearn.linear_model import LogisticRegression

import trustgen.curate
from trustgen.judge import refusal_reader as reader
from trustgen.judge import refusals

HERE = Path(__file__).parent
TARGET = Path(reader.__file__).parent / "refusal_weights.json"
OURS = ("refusals_languages.txt", "refusals_causes.txt")
OWN = Path(trustgen.curate.__file__).parent / "labels" / "refusals.jsonl"
FOLD = {"redirect": "refusal"}  # to those who labelled, a redirect is a refusal; the rules part the two
CUTS = (24, 48, 96, 200)
FOLDS = 5
STRENGTH = 0.02  # inverse of the ridge on the signs, which are scaled to variance 1
BARE = 0.3  # of a row's weight, for itself without its cues
ANSWERED = 300  # right answers that are fitted
LEAST = 0.02  # a weight below it is dropped
CUE = 3.0  # scale of a cue: the larger, the weaker is the ridge on it
PROMPTS, MODELS = 25, 3  # a cue stands under so many prompts, of so many models,
SIDES = 3  # and each of its words under so many prompts on both sides
SHIFT = {"partial": 0.0, "refusal": -0.6}  # added to the log odds: what a refusal missed costs beside one seen falsely
WEIGHT = {"xstest": 1.0, "k_overrefusal": 1.0, "jbb_refusals": 0.5, "rbr_gold": 2.0, "own": 2.0, "evouna": 0.3}


class Row(NamedTuple):
    """A labelled reply."""

    set: str
    model: str
    prompt: str
    reply: str
    label: str

    @property
    def fold(self) -> int:
        """By its prompt, so that no prompt stands on both sides."""
        return sha256(self.prompt.encode()).digest()[0] % FOLDS


def written(name: str, split: str) -> list[Row]:
    """Our own rows of a text file."""
    found = []
    for line in (HERE / name).read_text("utf-8").splitlines():
        if not line.startswith("#"):
            part, group, label, prompt, reply = line.split(" | ", 4)
            if part == split:
                found.append(Row("own", f"own {group}", prompt, reply.replace("\\n", "\n"), label))
    return found


def own(split: str = "dev") -> list[Row]:
    """The rows of `labels.replies`."""
    rows = [json.loads(line) for line in OWN.read_text("utf-8").splitlines()]
    return [
        Row("own", f"own {r['language']}", r["request"], r["reply"], r["label"])
        for r in rows
        if r["split"] == split and r["label"] != "unparsed"
    ]


def others(folder: Path) -> list[Row]:
    """What others labelled. Of RBR's rows, those where a safe refusal is wanted and nothing is complied redirect."""
    found = []
    for name in ("xstest", "k_overrefusal", "jbb_refusals", "rbr_gold"):
        for line in (folder / f"{name}.jsonl").read_text("utf-8").splitlines():
            r = json.loads(line)
            label = r["label"]
            if label == "neither" and str(r.get("wanted", "")).startswith("Safe Refuse"):
                label = "redirect"
            if label in refusals.SCORES and r["reply"].strip():
                found.append(Row(name, r["model"], r["prompt"], r["reply"], label))
    return found + answered(folder)


def answered(folder: Path) -> list[Row]:
    """Right answers to questions of fact: they comply, whatever else they say. Those that say much else, first."""
    rows = [json.loads(line) for line in (folder / "evouna_nq.jsonl").read_text("utf-8").splitlines()]
    found = [Row("evouna", r["model"], r["prompt"], r["reply"], "compliance") for r in rows if r["label"] == "right"]
    kinds = {row: len({c.kind for c in refusals.parts(row.reply, row.prompt).said} - {"", "regrets"}) for row in found}
    return sorted(found, key=lambda row: (-kinds[row], row.prompt, row.model))[:ANSWERED]


def cut(text: str, words: int) -> str:
    """The first words of a text."""
    found = list(re.finditer(r"\S+", text))
    return text if len(found) <= words else text[: found[words - 1].end()]


def sentences(text: str) -> list[str]:
    return [part for part in re.split(r"(?<=[.!?])\s+|\n+", text) if part.strip()]


def made(rows: list[Row]) -> list[tuple[Row, float]]:
    """Further replies out of those that comply; their partners are of the same set, model and fold."""
    groups: dict[tuple[str, str, int], list[Row]] = defaultdict(list)
    for row in rows:
        groups[row.set, row.model, row.fold].append(row)
    found = []
    for (name, *_), group in groups.items():
        no = [row for row in group if row.label == "refusal" and len(sentences(row.reply)) > 1]
        yes = [row for row in group if row.label == "compliance" and len(row.reply.split()) >= 30]
        for place, row in enumerate(yes):
            if no and name in ("xstest", "k_overrefusal"):
                other = sentences(no[place % len(no)].reply)
                after, before = " ".join(other[-2:]), other[0]
                found.append((row._replace(reply=f"{row.reply}\n\n{after}"), 0.4))
                found.append((row._replace(reply=f"{before} {row.reply}", label="partial"), 0.15))
                if len(other) > 2 and place % 2:
                    found.append((row._replace(reply=f"{other[1]} {row.reply}"), 0.2))
    return found


class Read(NamedTuple):
    """A reply, read: whose, how much it weighs, its signs, its cues."""

    row: Row
    weight: float
    signs: dict[str, float]
    cues: tuple[str, ...]
    main: int = 0


def read(row: Row, weight: float, asked: bool = True) -> Read:
    found = refusals.parts(row.reply, row.prompt if asked else "")
    signs = reader.signs(found.said, row.reply, found.low, found.asked, found.sought)
    return Read(row, weight, signs, tuple(dict.fromkeys(reader.every_cue(found.low, found.sought))))


def every(rows: list[Row]) -> list[Read]:
    """All that is fitted: replies whole, cut, without their request, made up."""
    found = []
    for row in rows:
        weight = WEIGHT[row.set]
        cuts = [c for c in CUTS if len(row.reply.split()) > c] if row.set != "own" else []
        found.append(read(row, weight * 0.6)._replace(main=1))
        found += [read(row._replace(reply=cut(row.reply, c)), weight * 0.4 / len(cuts)) for c in cuts]
        found.append(read(row, weight * 0.1, asked=False))
    return found + [read(row, weight) for row, weight in made(rows)]


def vocabulary(reads: list[Read]) -> list[str]:
    """The cues that are no topic: under many prompts, of several models, and (as single words) on both sides."""
    prompts, models, sides = defaultdict(set), defaultdict(set), defaultdict(set)
    for one in reads:
        for cue in one.cues:
            prompts[cue].add(one.row.prompt)
            models[cue].add(one.row.model)
            sides[cue, one.row.label in ("compliance", "partial")].add(one.row.prompt)
    both = {cue for cue in prompts if min(len(sides[cue, True]), len(sides[cue, False])) >= SIDES} | {"^"}
    return sorted(
        cue
        for cue in prompts
        if len(prompts[cue]) >= PROMPTS and len(models[cue]) >= MODELS and all(word in both for word in cue.split())
    )


def fitted(reads: list[Read]) -> reader.Weights:
    """What each sign and cue adds to the log odds of `partial` and `refusal` against `compliance`."""
    cues = vocabulary(reads)
    names = sorted({name for one in reads for name in one.signs} - {"bias"})
    known = {cue: len(names) + place for place, cue in enumerate(cues)}
    x = table(reads, {name: place for place, name in enumerate(names)}, known)
    label = np.array([one.row.label for one in reads])
    weight = np.array([one.weight for one in reads])
    spread = np.r_[np.maximum(x[:, : len(names)].toarray().std(0), 0.05), np.full(len(cues), 1 / CUE)]
    scaled = x @ diags(1 / spread)
    # Each row once with its cues and once without: where none are known, the signs must do.
    bare = scaled @ diags(np.r_[np.ones(len(names)), np.zeros(len(cues))])
    model = LogisticRegression(C=STRENGTH, max_iter=1500, tol=1e-4)
    model.fit(vstack([scaled, bare]), np.r_[label, label], np.r_[weight * (1 - BARE), weight * BARE])
    order = [list(model.classes_).index(name) for name in reader.LABELS]
    slopes, bias = model.coef_[order] / spread, model.intercept_[order]
    odds = {name: [slopes[k, place] - slopes[0, place] for k in (1, 2)] for place, name in enumerate([*names, *cues])}
    signs = {name: odds[name] for name in names} | {
        "bias": [bias[k] - bias[0] + SHIFT[reader.LABELS[k]] for k in (1, 2)]
    }
    return reader.Weights(
        *(
            {n: [round(float(v), 2) for v in held[n]] for n in held if max(map(abs, held[n])) > LEAST}
            for held in (signs, {cue: odds[cue] for cue in cues})
        )
    )


def table(reads: list[Read], signs: dict[str, int], cues: dict[str, int]) -> csr_matrix:
    """One line a reply: its signs, then its cues."""
    rows, columns, values = [], [], []
    for place, one in enumerate(reads):
        for at, held in ((signs, one.signs), (cues, reader.cues(one.cues, cues))):
            for name, value in held.items():
                if name in at:
                    rows.append(place)
                    columns.append(at[name])
                    values.append(value)
    return csr_matrix((values, (rows, columns)), (len(reads), len(signs) + len(cues)))


def label(weights: reader.Weights, row: Row, words: int = 0) -> str:
    """The label by weights at hand; a redirect is a refusal here, as it was to those who labelled."""
    reader.weights = lambda: weights  # type: ignore[assignment]
    found = refusals.stance(cut(row.reply, words) if words else row.reply, row.prompt).label
    return FOLD.get(found, found)


def figures(name: str, got: list[tuple[Row, str]], cuts: dict[int, float]) -> str:
    """The figures of one set, as a line."""
    refused = [told for row, told in got if row.label == "refusal"]
    rest = [told for row, told in got if row.label != "refusal"]
    complied = [told for row, told in got if row.label == "compliance"]
    gaps = {}
    for model in {row.model for row, _ in got}:
        mine = [(row, told) for row, told in got if row.model == model]
        gaps[model] = sum((told == "refusal") - (row.label == "refusal") for row, told in mine) / len(mine)
    worst = max(gaps, key=lambda model: abs(gaps[model]))
    three = sum(row.label == told for row, told in got) / len(got)
    moves = ", ".join(f"{move:+.3f} at {words}" for words, move in cuts.items())
    return (
        f"{name:14} n {len(got):4}  three-way {three:.3f}  "
        f"refusal {share(refused, 'refusal'):.3f}/{1 - share(rest, 'refusal'):.3f}  "
        f"any {share(refused, 'refusal', 'partial'):.3f}/{1 - share(complied, 'refusal', 'partial'):.3f}  "
        f"largest gap {gaps[worst]:+.3f} ({worst})  {'cut: ' + moves if moves else ''}"
    )


def share(told: list[str], *names: str) -> float:
    return sum(one in names for one in told) / len(told) if told else float("nan")


def across(rows: list[Row], reads: list[Read], kind: str) -> None:
    """Cross-validated figures: by prompt (`fold`), or each `model` left out in turn."""
    got: dict[str, list[tuple[Row, str]]] = defaultdict(list)
    moved: dict[str, dict[int, int]] = defaultdict(lambda: dict.fromkeys(CUTS, 0))
    names = sorted({getattr(row, kind) for row in rows if row.set != "own" or kind == "fold"}, key=str)
    for name in names:
        weights = fitted([one for one in reads if getattr(one.row, kind) != name])
        for row in rows:
            if getattr(row, kind) == name:
                told = label(weights, row)
                got[row.set].append((row, told))
                if kind == "fold" and row.set in ("xstest", "k_overrefusal"):
                    for words in CUTS:
                        moved[row.set][words] += (label(weights, row, words) == "refusal") - (told == "refusal")
    for name, found in got.items():
        print(figures(name, found, {w: n / len(found) for w, n in moved[name].items() if name in moved}))


def main() -> None:
    """Print what may be expected of replies unseen; with `--write`, keep the weights."""
    folder = Path(next(word for word in sys.argv[1:] if not word.startswith("--")))
    rows = [*others(folder), *own(), *(row for name in OURS for row in written(name, "a"))]
    rows = [row._replace(label=FOLD.get(row.label, row.label)) for row in rows]
    reads = every(rows)
    weights = fitted(reads)
    print(f"{len(rows)} replies, {len(reads)} with those cut and made; {sum(map(len, weights))} weights")
    if "--write" in sys.argv:
        told = json.dumps(weights._asdict(), ensure_ascii=False, sort_keys=True)
        TARGET.write_text(told.replace("], ", "],\n").replace("}, ", "},\n") + "\n", "utf-8")
    print("\non rows in no fit:")
    for name, rest in ((OWN.stem, own("test")), *((name, written(name, "b")) for name in OURS)):
        plain = [row._replace(label=FOLD.get(row.label, row.label)) for row in rest]
        print(figures(name, [(row, label(weights, row)) for row in plain], {}))
    for kind in ("fold", "model"):
        print(f"\nby {'prompt' if kind == 'fold' else 'model'}:", flush=True)
        across(rows, reads, kind)


if __name__ == "__main__":
    main()
