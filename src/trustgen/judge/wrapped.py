r"""What a reply wraps its answer in: a box, tags, JSON, a row of a table. Inside, the answer stands alone.

    \boxed{\text{Paris}}   <answer>Paris</answer>   {"reasoning": "…", "answer": "Paris"}   | Answer | Paris |

A list of boxes holds its answer in the one that is ticked; what is struck through is taken back.
What stands beside the wrapper, or in its other fields, is how the model came there, and turns nothing. Of several
wrappers of one form the last counts. An empty one, a null and a list of several leave the reply as it is.
"""

from __future__ import annotations

import json
import re

LONGEST = 20_000  # characters at the end of a reply in which a wrapper is looked for
LAST = 8  # boxes that are opened
WITHIN = 4_000  # characters that a wrapper may hold

_NAMES = (
    r"(?:(?:final|correct|my|your|the|right|selected|chosen|best)[ _-]?)*"
    r"(?:answer|verdict|choice|decision|conclusion|option|result|solution|response|output|label|prediction|classification)"
)
_KEY = re.compile(
    rf"""[{{,]\s*["']{_NAMES}["']\s*:\s*(\[\s*)?(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\\n]|\\.)*)'|(-?[\w.%]+))\s*"""
    r"""(?(1)\]|(?=\}|,\s*["'\}]|\Z))""",
    re.I | re.S,
)
_SURE = re.compile(
    r"""["'](?:confidence|certainty|probability|sureness|likelihood)[\w ]*["']\s*:\s*["']?(\d{1,3}(?:\.\d+)?)"""
    r"""\s*+(%|\\%|\uff05|percent|/ ?100)?["']?\s*+(?=[,}]|\Z)""",
    re.I,
)
_SURE_TAG = re.compile(r"<confidence>\s*(\d{1,3}(?:\.\d+)?)\s*+(%|\\%|percent|/ ?100)?\s*+</confidence>", re.I)
_TAG = re.compile(rf"<({_NAMES})(?:\s[^<>]*)?>(.{{0,4000}}?)</\1>", re.I | re.S)
_OPEN_TAG = re.compile(rf"<({_NAMES})>([^<>]*)\Z", re.I)
_ASIDE = re.compile(r"<(reason\w*|explanation|rationale|analysis|thoughts?|scratchpad)>.{0,4000}?</\1>", re.I | re.S)
_STYLED = re.compile(r"</?(?:b|i|u|em|strong|code|span|mark|font|(br|p|div|h\d|li|ul|ol))(?: [^<>]{0,80})?/?>", re.I)
_BOX = re.compile(r"\\f?boxed\s*\{")
_STYLE = re.compile(r"\\(?:text\w*|math\w+|mbox|operatorname|bf|it|rm)\s*(?=\{)|(?<=\\)[,;! ]")
_SET_OFF = re.compile(r"\\(?:text\w*|math\w+|mbox|emph|underline)\s*\{([^{}]*)\}")
_STRUCK = re.compile(r" ?~~[^~\n]{1,400}~~")
_TICKED = re.compile(r"^[ \t]*(?:[-*+][ \t]+)?(?:\[([ xX])\]|([\u2610\u2611\u2612\u2b1c]))[ \t]*(\S[^\n]*)", re.M)
_RULE = re.compile(r"[\s|:]*+-[\s|:-]*+")
_CELL = re.compile(rf"\W*{_NAMES}\W*", re.I)


def unwrapped(reply: str) -> str:
    """What the last wrapper of a reply holds; the reply as it is where there is none."""
    if "~~" in reply:
        kept = _STRUCK.sub("", reply).strip()
        reply = kept if any(c.isalnum() for c in kept) else reply
    if ticked := _ticked(reply):
        return ticked
    if not ("{" in reply or "<" in reply or "|" in reply):
        return reply
    text = reply[-LONGEST:]
    for sign, find in (("\\", _boxed), ("</", _tagged), ("<", _begun), ("{", _field), ("|", _row)):
        if sign in text and (found := find(text)) and any(c.isalnum() for c in found):
            return found.strip()
    if "</" in text or "<br" in text:
        return _STYLED.sub(lambda tag: "\n" if tag[1] else "", _ASIDE.sub(" ", text))
    return _SET_OFF.sub(r"\1", reply) if "\\" in reply else reply


def sureness(reply: str) -> tuple[str, bool] | None:
    """The number in the field of JSON that says how sure a reply is, and whether a percent sign stands there."""
    if not ("{" in reply or "</" in reply):
        return None
    text = reply[-LONGEST:]
    found = list(_SURE.finditer(text)) or list(_SURE_TAG.finditer(text))
    return (found[0][1], bool(found[0][2])) if len(found) == 1 else None


def _ticked(text: str) -> str:
    """The entry of a list of boxes that alone is ticked."""
    if "[" not in text and "\u2610" not in text and "\u2b1c" not in text:
        return ""
    boxes = [(match[1] or match[2], match[3]) for match in _TICKED.finditer(text[-LONGEST:])]
    ticked = [entry for sign, entry in boxes if sign in "xX\u2611\u2612"]
    return ticked[0] if len(ticked) == 1 < len(boxes) else ""


def _boxed(text: str) -> str:
    held = ""
    for box in list(_BOX.finditer(text))[-LAST:]:
        depth = 1
        for at in range(box.end(), min(len(text), box.end() + WITHIN)):
            depth += (text[at] == "{") - (text[at] == "}")
            if not depth:
                held = text[box.end() : at]
                break
    return _STYLE.sub("", held).replace("\\", " ").strip("{} ") if held else ""


def _tagged(text: str) -> str:
    """The content of the last tag named as an answer; one inside another is the inner one."""
    found = [match[2] for match in _TAG.finditer(text) if len(match[2]) <= WITHIN]
    return (_tagged(found[-1]) or found[-1]) if found else ""


def _begun(text: str) -> str:
    """What follows a tag that is never closed, as where the closing one is a stop sequence."""
    found = _OPEN_TAG.search(text[-WITHIN:])
    return found[2] if found else ""


def _field(text: str) -> str:
    """The last field named as an answer: its text, or its number; nothing for null."""
    *_, found = (None, *_KEY.finditer(text))
    if found is None or len(found[0]) > WITHIN:
        return ""
    if found[4]:
        return "" if found[4].lower() in ("null", "none", "nan", "undefined") else found[4]
    value = found[2] if found[2] is not None else found[3]
    try:
        return str(json.loads(f'"{value}"', strict=False)) if "\\" in value else f"{value}"
    except ValueError:
        return f"{value}"


def _row(text: str) -> str:
    """The cell of a table beside the name of an answer, or beneath it where the table has only one row."""
    rows = [[c.strip() for c in line.strip().strip("|").split("|")] for line in text.split("\n") if line.count("|") > 1]
    rows = [row for row in rows if not _RULE.fullmatch("|".join(row))]
    if len(rows) == 2 and len(rows[0]) == len(rows[1]):
        under = [value for head, value in zip(rows[0], rows[1], strict=True) if _CELL.fullmatch(head)]
        if under:
            return under[-1]
    for row in reversed(rows):
        if len(row) == 2 and _CELL.fullmatch(row[0]) and not _CELL.fullmatch(row[1]):
            return row[1]
    return ""


__all__ = ["sureness", "unwrapped"]
