"""The nouns. Every stage talks to the next through these records and nothing else.

    Record ─craft→ Case ─ask→ Response ─judge→ Verdict ─measure→ Estimate

All are frozen; ids are content hashes (see `ids`), so equal content is one thing, everywhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal

import msgspec

from .errors import InputError
from .ids import digest
from .outcomes import Outcome
from .thoughts import split

# ── what a test is made from ────────────────────────────────────────────────────────────────────────────────────────


class Source(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where a record comes from. `origin` is a package name or a URL, `revision` its version."""

    origin: str
    revision: str
    licence: str
    sha256: str = ""
    retrieved: str = ""  # ISO date-time; empty for data that ships in a package, whose revision says it all


class Record(msgspec.Struct, frozen=True):
    """One curated fact, person, passage …: named fields and their source. `record["field"]` reads a field."""

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


class Turn(msgspec.Struct, frozen=True):
    """One message of a conversation."""

    role: Role
    parts: tuple[Text | Image, ...]

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


def assistant(text: str, *images: Image) -> Turn:
    """A reply: scripted (in a case) or given (in a conversation), with images after the text."""
    return Turn("assistant", (Text(text), *images))


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
    case is asked otherwise, as with a seed or a size of its own.
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
    ) -> Case:
        """A case from one record. The builder adds the task's name and the id (`sealed`)."""
        return cls("", "", arm, turns, expect, (record.id,), (), dict(tags or {}), question, sampling)

    def sealed(self, task: str) -> Case:
        """The same case, bound to its task and named by its content."""
        made_of = (task, self.arm, self.turns, self.expect, self.records, self.steps, self.tags)
        more = (self.question, self.sampling) if self.sampling else (self.question,) if self.question else ()
        named = digest((*made_of, *more))
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
        """How many replies this case asks for."""
        return sum(due for _, due in self.script())


# ── what is said ────────────────────────────────────────────────────────────────────────────────────────────────────


class Drawing(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How a picture is to be made; what is 0, empty or `None` is left to the model. Sizes are in pixels."""

    width: int = 0
    height: int = 0
    steps: int = 0
    guidance: float | None = None
    negative: str = ""  # what it is not to show
    count: int = 1  # pictures of one call


class Sampling(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How a model is asked to generate. Part of every response key: a change re-asks.

    `max_tokens` is a cap on the answer; `thinking` tokens are room on top of it, for models that think aloud first.
    `effort` is how hard such a model is to think (`low`, `medium`, `high` …), `extra` goes into the request's body,
    `image` says how pictures are to be made.
    """

    temperature: float = 0.0
    top_p: float = 1.0
    max_tokens: int = 256
    seed: int | None = 0
    stop: tuple[str, ...] = ()
    logprobs: int = 0  # how many alternatives a token to return; 0 for none
    schema: dict[str, Any] | None = None  # JSON schema the reply must follow
    thinking: int = 0
    effort: str = ""
    extra: dict[str, Any] = {}
    image: Drawing | None = None


MOST_TOKENS = 10_000_000
"""Tokens of one call one way; what an endpoint reports beyond is no count."""


class Usage(msgspec.Struct, frozen=True, omit_defaults=True):
    """Tokens of one call, of which `thinking` were thought, and the `images` that it made.

    `estimated`: the endpoint reported none, or what cannot be; they are taken from lengths.
    """

    prompt: int = 0
    completion: int = 0
    thinking: int = 0
    estimated: bool = False
    images: int = 0


class TokenLogprob(msgspec.Struct, frozen=True):
    """One generated token, its natural-log probability, and the alternatives asked for."""

    token: str
    logprob: float
    top: dict[str, float] = {}


Finish = Literal["stop", "length", "filtered", "other"]


class Reply(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing a model said. `seconds` is the latency of the call that succeeded.

    `text` is the answer, `thoughts` what was thought aloud on the way to it. Whoever makes a reply may hand over the
    raw text: thoughts marked in it are split off here (see `thoughts`), so that no judge, no later turn and no table
    ever takes a thought for an answer. Where `thoughts` are given, as by a server that parsed them, `text` stays.
    """

    text: str
    finish: Finish = "stop"
    usage: Usage = Usage()
    seconds: float = 0.0
    logprobs: tuple[TokenLogprob, ...] = ()
    thoughts: str = ""
    images: tuple[Image, ...] = ()  # pictures that it gave, kept by `Request.keep`

    def __post_init__(self) -> None:
        if not self.thoughts:
            answer, thoughts, _ = split(self.text)
            if not thoughts:
                return
            msgspec.structs.force_setattr(self, "text", answer)
            msgspec.structs.force_setattr(self, "thoughts", thoughts)
        if self.usage.completion and not self.usage.thinking:  # shared out by length
            share = len(self.thoughts) / (len(self.thoughts) + len(self.text))
            usage = msgspec.structs.replace(self.usage, thinking=round(self.usage.completion * share))
            msgspec.structs.force_setattr(self, "usage", usage)

    @property
    def silence(self) -> str:
        """Why a reply without a picture, letter or digit says nothing; "" for one that says something."""
        if self.images or any(c.isalnum() for c in self.text):
            return ""
        if self.finish == "length":
            where = "in thought" if self.thoughts or self.usage.thinking else "before an answer"
            return f"cut after {self.usage.completion} tokens, {where}" if self.usage.completion else f"cut {where}"
        return "thought, and gave no answer" if self.thoughts else "empty reply"


Status = Literal["answered", "blocked", "error"]


class Response(msgspec.Struct, frozen=True, omit_defaults=True):
    """What one model said to one case: a reply per question of the script, or why there is none.

    `reason` is, for `blocked` and `error`, what the endpoint or transport said; of an answered case, why its
    conversation ended early ("" where it did not). `retried` counts the failed calls that were made again, by kind.
    """

    key: str
    case: str
    task: str
    model: str
    status: Status
    replies: tuple[Reply, ...] = ()
    reason: str = ""
    attempts: int = 1  # calls made, retries included
    retried: dict[str, int] = {}

    @property
    def text(self) -> str:
        """The last reply, the one that is judged; "" where there is none."""
        return self.replies[-1].text if self.replies else ""

    @property
    def pictures(self) -> tuple[Image, ...]:
        """The pictures of all replies, in their order."""
        return tuple(image for reply in self.replies for image in reply.images)

    @property
    def images(self) -> tuple[Image, ...]:
        """The pictures of the last reply, those that are judged."""
        return self.replies[-1].images if self.replies else ()

    @property
    def usage(self) -> Usage:
        """Tokens and pictures over all replies."""
        if len(self.replies) == 1:
            only = self.replies[0].usage
            return Usage(only.prompt, only.completion, only.thinking, images=only.images)
        used = [r.usage for r in self.replies]
        return Usage(
            sum(u.prompt for u in used),
            sum(u.completion for u in used),
            sum(u.thinking for u in used),
            images=sum(u.images for u in used),
        )

    @property
    def thoughts(self) -> str:
        """What was thought aloud before the last reply."""
        return self.replies[-1].thoughts if self.replies else ""


def response_key(
    case_id: str, model: str, sampling: Sampling, system: str = "", adapted: Mapping[str, str] | None = None
) -> str:
    """The name under which an answer is bought: once, for this case, model, sampling and system message.

    `adapted` are the parameters that the model's server would not have as `sampling` says them.
    """
    more = (system, dict(adapted or {})) if system or adapted else ()
    return digest(case_id, model, sampling, *more)


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
