"""A conversation as the tokens and pixels that a model of transformers takes, by its own template, and tokens as words.

A tokenizer reads words alone; a processor reads pictures too, in the places where the template puts them. What a
template takes (a system message, several turns, parts or plain words) is found by having it write a conversation.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from trustgen.core import (
    Image,
    InputError,
    Level,
    Permanent,
    Text,
    Turn,
    assistant,
    system,
    user,
)
from trustgen.core.thoughts import split

Form = Callable[[Turn], Any]
"""What a template is given as the content of a message."""

_WORDS = ("quince", "juniper", "walnut")  # no template has these of itself
_TALKS = {
    Level.SYSTEM: (system(_WORDS[0]), user(_WORDS[1])),
    Level.TURNS: (user(_WORDS[0]), assistant(_WORDS[1]), user(_WORDS[2])),
}
_SOME = Image("")  # stands for any picture
_WINDOW = 8  # tokens before one: enough for a character in pieces, and for how it joins the word before


class Reader:
    """What a folder's tokenizer or processor does. Raises `InputError` for a template that writes nothing it is told.

    `sees` says whether it reads pictures, `without` what of a conversation its template has no place for: without a
    template that is all but one message, which it reads as it stands.
    """

    def __init__(self, made: Any, pictures: bool) -> None:
        self.tokens = getattr(made, "tokenizer", made)
        self._made, self._both = made, self.tokens is not made
        self._template = next((one for one in (made, self.tokens) if getattr(one, "chat_template", None)), None)
        self._token = str(getattr(made, "image_token", None) or "")
        self._form = self._formed() if self._template else self._whole
        self.without = frozenset(level for level, turns in _TALKS.items() if not self._writes(self._form, *turns))
        self.sees = pictures and hasattr(made, "image_processor") and self._shows()

    def inputs(self, turns: Sequence[Turn], pictures: Sequence[Any], told: Mapping[str, Any]) -> Mapping[str, Any]:
        """What the model takes: tensors by name, one row each. `pictures` are Pillow's, in the order of the turns.

        `told` is for the template. Raises `Permanent` for what the template or the processor has no place for.
        """
        prompt = self._written(self._form, turns, told)
        # A template writes the beginning itself; a second one would be read as something that was said.
        bos = self.tokens.bos_token
        began = bool(self._template) and (not self._both or bool(bos and prompt.startswith(bos)))
        more: dict[str, Any] = {"add_special_tokens": False} if began else {}
        try:
            if self._both:
                shown = [list(pictures)] if pictures else None
                return dict(self._made(text=prompt, images=shown, return_tensors="pt", **more))
            return dict(self.tokens(prompt, return_tensors="pt", **more))
        except Exception as error:  # of any kind, by what a processor trips over
            raise Permanent(f"the conversation cannot be read by its processor: {_said(error)}") from None

    def words(self, ids: Sequence[int]) -> str:
        """Tokens as text, without the special ones, unless these mark a thought: then it is told apart by them."""
        whole = self.tokens.decode(list(ids), clean_up_tokenization_spaces=False)
        if split(whole)[1]:
            return str(whole)
        return str(self.tokens.decode(list(ids), skip_special_tokens=True, clean_up_tokenization_spaces=False))

    def pieces(self, before: Sequence[int], candidates: Sequence[int]) -> list[str]:
        """What each candidate would add to the text of the tokens before; a character belongs to what completes it."""
        window = list(before[-_WINDOW:])
        known = self.tokens.decode(window, clean_up_tokenization_spaces=False) if window else ""
        after = [self.tokens.decode([*window, one], clean_up_tokenization_spaces=False) for one in candidates]
        whole = known.rstrip("\ufffd")
        return [str(text[len(known if text.startswith(known) else whole) :]) for text in after]

    def _formed(self) -> Form:
        forms: tuple[Form, Form] = (_parts, self._whole) if self._both else (self._whole, _parts)
        for form in forms:
            if self._writes(form, user(_WORDS[0])):
                return form
        raise InputError("its chat template does not write what a user says: mend it, or take it out of the folder")

    def _shows(self) -> bool:
        """Whether a picture leaves a trace in what is written."""
        try:
            bare, shown = (self._written(self._form, (turn,), {}) for turn in (user("a"), user("a", _SOME)))
        except Permanent:
            return False
        return bare != shown

    def _writes(self, form: Form, *turns: Turn) -> bool:
        """Whether all that is said in these turns is written, as words and not as Python prints a list."""
        try:
            found = self._written(form, turns, {})
        except Permanent:
            return False
        return all(turn.text in found for turn in turns) and "'type'" not in found

    def _written(self, form: Form, turns: Sequence[Turn], told: Mapping[str, Any]) -> str:
        if self._template is None:
            if len(turns) != 1:
                raise Permanent("it has no chat template: it takes one message, and this conversation has more")
            return str(form(turns[0]))
        # Templates know no message of a tool without a call before it.
        roles = ("user" if turn.role == "tool" else turn.role for turn in turns)
        messages = [{"role": role, "content": form(turn)} for role, turn in zip(roles, turns, strict=True)]
        try:
            return str(self._template.apply_chat_template(messages, tokenize=False, add_generation_prompt=True, **told))
        except Exception as error:  # a template is a program of others
            raise Permanent(f"its chat template does not take this conversation: {_said(error)}") from None

    def _whole(self, turn: Turn) -> str:
        return "".join(part.text if isinstance(part, Text) else self._token for part in turn.parts)


def _parts(turn: Turn) -> list[dict[str, str]]:
    return [{"type": "text", "text": part.text} if isinstance(part, Text) else {"type": "image"} for part in turn.parts]


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"


__all__ = ["Reader"]
