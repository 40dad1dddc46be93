"""Foreign text inside a judge's prompt: fenced by marks that its author could not know, and made harmless.

What the model under test wrote is evidence, never an instruction. It may hold fake verdicts, chat-template tokens, text
that nobody can see, or ten thousand pages. Nothing is left out in silence: what was cut or replaced says so.
"""

from __future__ import annotations

import re
import unicodedata

from trustgen.core import digest
from trustgen.text.visible import visible as shown

LONGEST = 12_000  # characters of one text that a judge is shown; a longer one is cut in its middle

# Tokens that some chat template takes for the end of a turn or the begin of another, whoever writes them. Most are
# known by their shape, since every new model brings some of its own; those that look like mark-up are listed.
_TEMPLATE = re.compile(
    r"<\|[^|<>\n]{1,40}\|?>|<[^|<>\n]{1,40}\|>|\[/?[A-Z]+(?:_[A-Z]+)+\]|</?[A-Za-z]+(?:_[A-Za-z]+)+>"
    r"|(?i:</?s>|\[/?(?:INST|IMG|TOOL|THINK|SYSTEM|USER|ASSISTANT)\]|<</?SYS>>|</?(?:bos|eos|pad|unk|mask|sep|cls)>"
    r"|</?(?:system|assistant|user|human|developer|model|tool|tools|think|thinking|reasoning|scratchpad|observation"
    r"|function|functions|invoke|channel|message|instructions?)>)",
)


def mark(*known: str) -> str:
    """Twelve characters that depend on all of these: a text cannot hold the mark that is made from it."""
    return digest("fence", *known)[:12]


def visible(text: str) -> str:
    """The text as a person would see it: nothing invisible, no control characters, no chat-template tokens.

    Letters that only look different (full width, mathematical) become plain ones, so that a token spelt with them is
    found too. Template tokens keep their words and lose their brackets.
    """
    seen = shown(unicodedata.normalize("NFKC", text))
    return _TEMPLATE.sub(lambda m: f"(token {re.sub(r'[^A-Za-z_]+', ' ', m[0]).strip()})", seen)


def shortened(text: str, most: int = LONGEST) -> str:
    """At most `most` characters, both ends kept, with a line that says how many are not shown."""
    if len(text) <= most:
        return text
    half = most // 2
    return f"{text[:half]}\n[… {len(text) - 2 * half} characters are not shown here …]\n{text[-half:]}"


def fenced(name: str, text: str, nonce: str) -> str:
    """One foreign text between its marks, cut last: one character can become eighteen where it is made plain."""
    held = shortened(visible(text)).replace(nonce, "")
    return f"[{nonce} begin {name}]\n{held}\n[{nonce} end {name}]"
