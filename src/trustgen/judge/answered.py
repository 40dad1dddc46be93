"""What a judging model's own reply says: one verdict of a closed vocabulary, or nothing. Never a guess.

Read in this order: JSON of the asked form, at the end of the reply; else a last line that names a verdict as such. A
reply in another form, or with a word outside the vocabulary, has no verdict: a judge may quote the text that it judges,
fake verdicts included, anywhere but at its end. Small slips of JSON are read (a raw line break or a stray backslash in
a text, a comma too many), but only where one verdict alone is named: a slip may come from a text that was quoted raw.
"""

from __future__ import annotations

import json
import re
from typing import Any, NamedTuple

import msgspec

_LINE = re.compile(r"""^\W*+(?:final )?(?:verdict|judge?ment|label)\W*+(?:is\W*+)?([a-z_]+)["'`*).]*\s*$""", re.I)
_ESCAPE = re.compile(r"\\(?:[\"\\/bfnrt]|u[0-9a-fA-F]{4})|(\\)")
_COMMA = re.compile(r",(?=\s*[}\]])")
LONGEST = 20_000  # characters of a judge's reply that are read, from its end
SLIPS = 20  # places at which one with slips is looked for
BRACES = 200  # places at which an object is looked for


class Answer(msgspec.Struct, frozen=True):
    """The JSON that a judge is asked for."""

    verdict: str
    evidence: Any = ""  # a text; some judges send null, or a list of texts

    def told(self) -> str:
        """The evidence as one line."""
        held = self.evidence
        parts = held if isinstance(held, list) else [] if held is None else [held]
        return " ".join(" ".join(map(str, parts)).split())


class Read(NamedTuple):
    """A verdict of the vocabulary with its evidence, or "" with the fault."""

    verdict: str
    said: str


_decode = msgspec.json.Decoder(Answer).decode


def read(reply: str, vocabulary: tuple[str, ...]) -> Read:
    """The verdict in a judge's reply."""
    text = reply[-LONGEST:].strip()
    answer = _last_json(text)
    if answer is not None:
        word = answer.verdict.strip().lower()
        if word in vocabulary:
            return Read(word, answer.told())
        return Read("", f"the verdict `{word[:40]}` is none of {', '.join(vocabulary)}")
    last = _LINE.match(text.rsplit("\n", 1)[-1])
    if last and last[1].lower() in vocabulary:
        return Read(last[1].lower(), " ".join(text[-300:].split()))
    return Read("", "there was no JSON with a verdict in it")


def _last_json(text: str) -> Answer | None:
    """The last JSON object of the asked form; nothing where text that is no JSON follows it, fences apart.

    A judge that goes on after its verdict has not ended there, and may take it back. The first brace from which all the
    rest is one object begins it: braces inside its evidence begin none.
    """
    body = re.sub(r"^```(?:json)?\s*|```$", "", text).strip()
    if not body.endswith("}"):
        return None
    for start in [m.start() for m in re.finditer(r"\{", body)][:BRACES]:
        try:
            return _decode(body[start:].encode())
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            continue
    return _slipped(body) if body.count('"verdict"') == 1 else None


def _slipped(body: str) -> Answer | None:
    """The object in a text that small slips keep from being JSON."""
    mended = _ESCAPE.sub(lambda m: "\\\\" if m[1] else m[0], _COMMA.sub("", body))
    for start in [m.start() for m in re.finditer(r"\{", mended)][:SLIPS]:
        try:
            return msgspec.convert(json.loads(mended[start:], strict=False), Answer)
        except (ValueError, msgspec.ValidationError, RecursionError):
            continue
    return None
