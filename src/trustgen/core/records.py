"""The nouns. Every stage talks to the next through these records and nothing else.

    Record ─craft→ Case ─ask→ Response ─judge→ Verdict ─measure→ Estimate

All are frozen; ids are content hashes (see `ids`), so equal content is one thing, everywhere. What a model says stands
in `replies`, what is counted in `estimates`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal

import msgspec

from .errors import InputError
from .ids import digest
from .outcomes import Outcome
from .sampling import Sampling
from .tools import Call, Play

# ── what a test is made from ────────────────────────────────────────────────────────────────────────────────────────


class Source(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where a record comes from. `origin` is a package name or a URL, `revision` its version."""

    origin: str
    revision: str
    licence: str
    sha256: str = ""
    retrieved: str = ""  # ISO date-time; empty for data that ships in a package, whose revision says it all


class Record(msgspec.Struct, frozen=True):
    """One curated fact, person, passage …: named fields and their source. `record["field"]` reads a field.

    Two fields mean the same in every pool. `core` names its content once names, places and numbers are taken out: two
    records of one core ask the same thing in another dress. `difficulty` names the stratum it belongs to, such as the
    popularity of a fact or the steps of a problem; every case made from it carries it as a tag.
    """

    id: str
    pool: str
    fields: dict[str, Any]
    source: Source

    @classmethod
    def of(cls, pool: str, source: Source, /, **fields: Any) -> Record:
        """A record whose id is the hash of its pool and fields (not of its source: the same fact is one record)."""
        return cls(digest(pool, fields), pool, fields, source)

    def __getitem__(self, name: str) -> Any:
        try:
            return self.fields[name]
        except KeyError:
            raise InputError(f"record {self.id} of pool `{self.pool}` has no field `{name}`") from None


class BadRow(msgspec.Struct, frozen=True):
    """A row of a source that could not become a record. `where` is its file and line, or its URL."""

    pool: str
    where: str
    field: str
    reason: str


# ── what is asked ───────────────────────────────────────────────────────────────────────────────────────────────────


class Text(msgspec.Struct, frozen=True, tag="text", tag_field="type"):
    """A piece of text."""

    text: str


class Image(msgspec.Struct, frozen=True, tag="image", tag_field="type", omit_defaults=True):
    """A picture, by the SHA-256 of its bytes, which lie in the `assets/` of an edition or a run.

    `alt` says in words what it shows; `width` and `height` are pixels, 0 where nobody looked. `picture` makes one.
    """

    sha256: str
    media_type: str = "image/png"
    alt: str = ""
    width: int = 0
    height: int = 0

    def __str__(self) -> str:
        size = f"{self.width}×{self.height} " if self.width else ""
        return f"[picture {size}{self.sha256[:12]}{f': {self.alt}' if self.alt else ''}]"


Role = Literal["system", "user", "assistant", "tool"]


class Turn(msgspec.Struct, frozen=True, omit_defaults=True):
    """One message of a conversation. One of the assistant's may hold calls, which the next tool messages answer."""

    role: Role
    parts: tuple[Text | Image, ...]
    calls: tuple[Call, ...] = ()

    @property
    def text(self) -> str:
        """The text parts, joined."""
        if len(self.parts) == 1 and isinstance(only := self.parts[0], Text):
            return only.text
        return "".join(p.text for p in self.parts if isinstance(p, Text))


def system(text: str) -> Turn:
    """A system message."""
    return Turn("system", (Text(text),))


def user(text: str, *images: Image) -> Turn:
    """A user message, with images after the text."""
    return Turn("user", (Text(text), *images))


def assistant(text: str, *images: Image, calls: tuple[Call, ...] = ()) -> Turn:
    """A reply: scripted (in a case) or given (in a conversation), with images after the text."""
    return Turn("assistant", (Text(text), *images), calls)


def tool(text: str) -> Turn:
    """What a tool gave back."""
    return Turn("tool", (Text(text),))


class Expect(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the record says the answer is. Rule judges read it; known-answer models (organisms) speak from it.

    `answer` is the gold label or text ("" where the case has none), `aliases` equally right spellings, `options` the
    choices in the order shown, `wrong` answers known to be wrong. `best` and `worst` are the replies of the perfect and
    the worst model where these are not simply the answer and a wrong one.
    """

    answer: str = ""
    aliases: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()
    best: str = ""
    worst: str = ""

    @property
    def best_reply(self) -> str:
        """What the perfect model says."""
        return self.best or self.answer

    @property
    def worst_reply(self) -> str:
        """What the worst model says."""
        return self.worst or (self.wrong[0] if self.wrong else "")


class Case(msgspec.Struct, frozen=True):
    """What is asked, in one arm.

    `turns` is a script: the model is asked after every user turn that no scripted assistant turn answers, and its own
    reply becomes part of the conversation. `records` are the ids it was made from; the first is its *cluster*, the unit
    that intervals resample. `steps` are the variations applied. `tags` are what measures group by (`group`, `kind` …).
    `question` is the bare question, word for word as it stands in one of the turns, where the builder marks it:
    variations change it and leave the instructions around it alone. `sampling` stands in place of the task's where this
    case is asked otherwise, as with a seed or a size of its own. Where there is a `play`, the conversation goes on
    after the turns: a world answers every reply.
    """

    id: str
    task: str
    arm: str
    turns: tuple[Turn, ...]
    expect: Expect
    records: tuple[str, ...]
    steps: tuple[str, ...] = ()
    tags: dict[str, str] = {}
    question: str = ""
    sampling: Sampling | None = None
    play: Play | None = None

    @classmethod
    def of(
        cls,
        record: Record,
        arm: str,
        *turns: Turn,
        expect: Expect,
        tags: Mapping[str, str] | None = None,
        question: str = "",
        sampling: Sampling | None = None,
        play: Play | None = None,
    ) -> Case:
        """A case from one record. The builder adds the task's name and the id (`sealed`)."""
        stratum = record.fields.get("difficulty")
        marked = dict(tags or {}) if stratum is None else {"difficulty": str(stratum), **(tags or {})}
        return cls("", "", arm, turns, expect, (record.id,), (), marked, question, sampling, play)

    def sealed(self, task: str) -> Case:
        """The same case, bound to its task and named by its content."""
        made_of = (task, self.arm, self.turns, self.expect, self.records, self.steps, self.tags)
        more = (self.question, self.sampling) if self.sampling else (self.question,) if self.question else ()
        named = digest((*made_of, *more, *(("play", self.play) if self.play else ())))
        return msgspec.structs.replace(self, id=named, task=task)

    @property
    def cluster(self) -> str:
        """The record that this case shares with the other arms made from it."""
        return self.records[0]

    def script(self) -> Iterator[tuple[Turn, bool]]:
        """Each turn, and whether the model is asked after it."""
        last = len(self.turns) - 1
        for i, turn in enumerate(self.turns):
            answered = i < last and self.turns[i + 1].role == "assistant"
            yield turn, turn.role in ("user", "tool") and not answered

    @property
    def images(self) -> tuple[Image, ...]:
        """The pictures that its turns show, in their order."""
        return tuple(part for turn in self.turns for part in turn.parts if isinstance(part, Image))

    @property
    def calls(self) -> int:
        """How many replies this case asks for; at most, where it is played."""
        return sum(due for _, due in self.script()) + (self.play.steps - 1 if self.play else 0)


# ── what is made of it ──────────────────────────────────────────────────────────────────────────────────────────────


class Vote(msgspec.Struct, frozen=True, omit_defaults=True):
    """What one member of a panel, or one repeat of a judge, said: a label of the rubric, or "" where none was read."""

    by: str  # the role, with the order and the repeat where there are several
    label: str = ""
    score: float | None = None
    reason: str = ""


class Verdict(msgspec.Struct, frozen=True, omit_defaults=True):
    """What one judge says of one response: exactly one outcome; a score (range stated by the judge) when scored.

    `label` is what the judge read (the letter, "yes", "abstained" …), `reason` its evidence in a few words. `rung` says
    which rung of the judge decided: rule, classifier, model, panel or human. `votes` are those of a model or a panel,
    `confidence` how sure the model under test said to be of its answer, in 0..1, where the judge could read that.
    """

    key: str
    response: str
    case: str
    task: str
    model: str
    judge: str
    outcome: Outcome
    score: float | None = None
    label: str = ""
    reason: str = ""
    rung: str = "rule"
    confidence: float | None = None
    votes: tuple[Vote, ...] = ()
