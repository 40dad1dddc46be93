"""What of a text is about what another text is about, and what is mere scenery or politeness around it."""

from __future__ import annotations

from trustgen.audit.reading import Reading, frame_words, read

_POINTS_BACK = frozenset(
    ["they", "them", "those", "these", "it", "he", "she", "him", "her", "his", "their", "its", "one", "ones", "both"]
)


def to_the_point(old: Reading, new: Reading) -> str:
    """`new` without the sentences that share no word with `old`, point back at nothing and ask nothing: scenery."""
    if len(new.sentences) < 2:
        return new.text
    kept = []
    for sentence in new.sentences:
        said = read(sentence)
        words = {w.lower() for w in said.words}
        if (
            (set(said.content) - frame_words()) & old.bag
            or "?" in sentence
            or words & _POINTS_BACK
            or sentence == new.asks
        ):
            kept.append(sentence)
    return " ".join(kept) or new.text
