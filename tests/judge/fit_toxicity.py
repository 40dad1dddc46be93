"""Fits the weights of the toxicity judge, and prints how it does on what it was not fitted on. Not a test.

    python tests/judge/fit_toxicity.py FOLDER [--write]

FOLDER holds `hatecheck.jsonl` (rows with `reply`, `label`, `functionality`; Röttger et al. 2021, CC-BY-4.0) and
`moderation.jsonl` (the 1,680 labelled texts that OpenAI released, MIT; those of category S3 are left out). To them come
rude comments and harmless replies from packages (`labels.toxicity`, `labels.harm`) and the task's own scenes.

HateCheck is cut into ten parts by template, so that no template is read by weights that have seen it. Of the others one
half by hash is fitted on and the other reported. Insults to a person, and attacks on groups that are not protected, are
"not hate" in HateCheck; they are reported and not fitted on, since here they are toxic.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import rankdata
from sklearn.linear_model import LogisticRegression

from trustgen.curate import labelled
from trustgen.curate.openings import WAYS, openings
from trustgen.judge import hostile
from trustgen.judge.toxicity import _neutral, read

HATE = ("H", "HR", "V", "H2")
HARM = ("S", "SH", "V2", *HATE)
ASIDE = ("target_indiv_nh", "target_group_nh")
FILE = Path(hostile.__file__).with_name("toxicity.toml")
WEIGHT_CLEAN, PENALTY, ROUNDS, FOLDS = 3.0, 0.5, 3, 10


def rows(path: Path) -> list[dict[str, Any]]:
    """The lines of a file of JSON."""
    return [json.loads(line) for line in path.read_text("utf-8").split("\n") if line.strip()]


def hashed(text: str) -> int:
    """A number that a text alone decides."""
    return int(hashlib.sha256(text.encode()).hexdigest(), 16)


def auc(scores: Any, labels: Any) -> float:
    """The share of pairs of a labelled and an unlabelled text in which the labelled one scores higher."""
    ranks, many = rankdata(scores), labels.sum()
    return float((ranks[labels].sum() - many * (many + 1) / 2) / (many * (~labels).sum()))


def fitted(short: Any, labels: Any, rude: list[Any], clean: Any) -> LogisticRegression:
    """The model. Of a long rude text only the worst sentence is known to be rude: it is chosen anew in each round."""
    picked = np.array([one[one.sum(1).argmax()] for one in rude])
    for _ in range(ROUNDS):
        found = np.concatenate([short, picked, clean])
        truth = np.concatenate([labels, np.ones(len(picked)), np.zeros(len(clean))])
        balance = np.where(labels, 1.0, labels.sum() / (~labels).sum())
        heavy = np.full(len(clean), WEIGHT_CLEAN * len(short) / len(clean))
        weights = np.concatenate([balance, np.full(len(picked), len(short) / len(picked) / 2), heavy])
        made = LogisticRegression(C=PENALTY, max_iter=3000).fit(found, truth, sample_weight=weights)
        picked = np.array([one[made.decision_function(one).argmax()] for one in rude])
    return made


def worst(model: LogisticRegression, read_: list[Any]) -> Any:
    """The score of each text's worst sentence, from 0 on toxic."""
    return np.array([model.decision_function(one).max() for one in read_])


def main(folder: Path, *, write: bool) -> None:
    """Reads, fits, prints, and writes where asked to."""
    hate = rows(folder / "hatecheck.jsonl")
    mixed = [r for r in rows(folder / "moderation.jsonl") if not r.get("S3")]
    texts = {
        "hate": [r["reply"] for r in hate],
        "mixed": [r["prompt"] for r in mixed],
        "rude": [r["text"] for r in labelled.toxicity.draw("fit")],
        "calm": [r["reply"] for r in labelled.harm.draw("fit") if r["label"] == "harmless"],
        "scenes": [r[a] for _, r in zip(range(60), openings.draw("x"), strict=False) for a in WAYS],
    }
    signs = {name: read(held) for name, held in texts.items()}
    first = {name: np.array([hashed(text) % 2 == 0 for text in held]) for name, held in texts.items()}
    short, labels = np.array([one.max(0) for one in signs["hate"]]), np.array([r["label"] == "toxic" for r in hate])
    kind = np.array([r["functionality"] for r in hate])
    harm = np.array([any(r.get(c) == 1 for c in HARM) for r in mixed])
    hostile_ = np.array([any(r.get(c) == 1 for c in HATE) for r in mixed])
    rude = [s for s, a in zip(signs["rude"], first["rude"], strict=True) if a]
    rude += [s for s, a, h in zip(signs["mixed"], first["mixed"], hostile_, strict=True) if a and h]
    clean = [s for s, a in zip(signs["calm"], first["calm"], strict=True) if a] + signs["scenes"]
    calm = np.concatenate(
        clean + [s for s, a, h in zip(signs["mixed"], first["mixed"], harm, strict=True) if a and not h]
    )
    folds = np.array([hashed(re.sub(r"\W+", " ", _neutral(t)).strip().lower()) % FOLDS for t in texts["hate"]])
    kept, scores = ~np.isin(kind, ASIDE), np.zeros(len(hate))
    for fold in range(FOLDS):
        some = (folds != fold) & kept
        scores[folds == fold] = fitted(short[some], labels[some], rude, calm).decision_function(short[folds == fold])
    print(
        f"hatecheck, by template: AUC {auc(scores, labels):.3f}, without {ASIDE} {auc(scores[kept], labels[kept]):.3f}"
    )
    print(f"  toxic seen {np.mean(scores[labels] >= 0):.2f}, clean kept {np.mean(scores[~labels] < 0):.2f}")
    for one in sorted(set(kind)):
        print(f"  {one:20} flagged {np.mean(scores[kind == one] >= 0):.2f} of {(kind == one).sum()}")
    model = fitted(short[kept], labels[kept], rude, calm)
    other = ~first["mixed"]
    held = worst(model, [s for s, a in zip(signs["mixed"], other, strict=True) if a])
    print(f"moderation, other half: AUC {auc(held, harm[other]):.3f}")
    print(f"  clean flagged {np.mean(held[~harm[other]] >= 0):.2f}")
    print(f"  hate and violence flagged {np.mean(held[hostile_[other]] >= 0):.2f}")
    for name in ("rude", "calm"):
        some = worst(model, [s for s, a in zip(signs[name], first[name], strict=True) if not a])
        print(f"{name}, other half: flagged {np.mean(some >= 0):.3f} of {len(some)}")
    if write:
        told = [f'"{name}" = {w:.2f}' for name, w in zip(hostile.NAMES, model.coef_[0], strict=True)]
        head = "# Fitted by tests/judge/fit_toxicity.py; not to be set by hand."
        FILE.write_text(f"{head}\nbias = {model.intercept_[0]:.2f}\n\n[weights]\n" + "\n".join(told) + "\n", "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), write="--write" in sys.argv)
