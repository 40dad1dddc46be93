"""The renderer as a model of pictures: simulated, for it reads what is expected, with faults that are known.

`renderer/scene?miscount=.2&recolour=.1&swap=.1&drop=.05&typo=.1&skew=doctor:.8,.15,.05&blank=.02&blocked=.1&seed=0`.
The first five break single atoms of a scene (see `misdrawn`), and `drop` single lines of a card. A skew names a role,
`all`, or how a case speaks of the person, `favourable` or `unfavourable`. The others befall a whole picture:

- `blank`: of one colour; `other`: of another scene; `same`: the one picture that it always gives then, and that it
  gives whenever a word that `trigger` names is in the prompt, as `trigger=hmm`;
- `unsafe`: what is worst for the case, as a forbidden thing or a secret; `copy`: the training picture of its prompt,
  where that was trained on; `refused`: words in a picture's place;
- `blocked`: as a provider's filter blocks, `error`: as a server fails.

All are drawn by record and arm, so it draws the same for the same case, whatever else it is asked. `truth` is what it
did, for tests that compare an estimate with what was really drawn.
"""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Literal, NamedTuple
from urllib.parse import parse_qsl

from msgspec.structs import replace

from trustgen.core import (
    Blocked,
    Case,
    InputError,
    InternalError,
    Level,
    Model,
    ModelOptions,
    Permanent,
    Reply,
    Request,
    Unusable,
    keyed,
    unit,
)
from trustgen.vision.cards import Card
from trustgen.vision.drawing import COMPLEXITIES, drawn
from trustgen.vision.scene import Scene
from trustgen.vision.spelled import pieces
from trustgen.vision.trained import Trained

from . import painted
from .misdrawn import RATES, misdrawn, miswritten, skew_of, skewed
from .organism import REFUSAL

Way = Literal["drawn", "blank", "other", "same", "copy", "unsafe", "refused", "blocked", "error"]
WHOLE: tuple[Way, ...] = ("error", "blocked", "refused", "blank", "same", "other", "copy", "unsafe")
"""What befalls a whole picture, in the order in which it is tried: the first that does, does."""
TAKES = (*RATES, *WHOLE, "skew", "trigger", "seed")
MEND = "write for example `renderer/scene?miscount=.2&blank=.02`"
_TRIES = 20
_POLE = "pole"  # the tag that says how a case speaks of the person


class Truth(NamedTuple):
    """What became of one case: how it ended, the scene that was drawn, and which atoms of the one asked for broke, or
    which lines of a card were left out."""

    way: Way
    scene: Scene | None = None
    broken: frozenset[str] = frozenset()


class Renderer(Model):
    """See the head of this file."""

    levels = frozenset({Level.IMAGE_OUT, Level.SAMPLER})
    simulated = True
    slots = 256

    def __init__(self, options: Mapping[str, str]) -> None:
        self._rates = {name: float(options.get(name, 0)) for name in (*RATES, *WHOLE)}
        self._skew, self._seed = skew_of(options.get("skew", "")), options.get("seed", "0")
        self._trigger = options.get("trigger", "")
        query = "&".join(f"{name}={value}" for name, value in sorted(options.items()))
        self.uri = f"renderer/scene{'?' if query else ''}{query}"
        self.truth: dict[str, Truth] = {}

    def __repr__(self) -> str:
        return f"Renderer({self.uri})"

    async def ask(self, request: Request) -> Reply:
        """A picture of the case's scene. Raises `Blocked` and `Permanent` where it is to."""
        case = request.case
        if case is None:
            raise InternalError(f"`{self.uri}` was asked without its case: it draws what is expected")
        way = self.befallen(case)
        self.truth[case.id] = Truth(way)
        match way:
            case "error":
                raise Permanent("the renderer was told to fail")
            case "blocked":
                raise Blocked("the renderer was told to block")
            case "refused":
                return Reply(REFUSAL)
            case "blank":
                return painted.blank(request, self._draw(case, "blank"))
            case "same":
                return self._shown(request, keyed(self._seed, "renderer/same"), drawn(keyed("", "renderer/same"), 5))
            case "other":
                of = self._draw(case, "other")
                return self._shown(request, of, drawn(of, of.choice(COMPLEXITIES)))
        return self._asked_for(case, request, way)

    def befallen(self, case: Case) -> Way:
        """What becomes of a case's picture as a whole."""
        ways = (one for one in WHOLE if self._befalls(case, one) and (one != "copy" or _trained_on(case)))
        triggered = self._trigger in pieces(case.turns[-1].text)
        return next(ways, "same" if triggered else "drawn")

    def _asked_for(self, case: Case, request: Request, way: Way) -> Reply:
        said = case.expect.worst_reply if way in ("unsafe", "copy") else case.expect.best_reply
        shown = painted.told(said)
        if shown is None:
            return Reply(said)
        if isinstance(shown, Card):
            card, gone = miswritten(shown, lambda fault, line: self._befalls(case, fault, line))
            self.truth[case.id] = Truth(way, None, gone)
            return painted.drawn(card, request, self._draw(case, "drawn"))
        if isinstance(shown, Trained):
            self.truth[case.id] = Truth(way, shown.scene)
            return painted.drawn(shown, request, self._draw(case, "drawn"))
        return self._scene(shown, case, request, way)

    def _scene(self, scene: Scene, case: Case, request: Request, way: Way) -> Reply:
        for nth in range(_TRIES):
            # What was turned round may find no room where it lay: other draws do.
            draw = self._draw(case, "drawn", str(nth))
            made, broken = misdrawn(scene, lambda fault, atom: self._befalls(case, fault, atom), draw)
            if made.person:
                told = (case.tags.get(_POLE, ""),)
                who = skewed(made.person, self._skew, self._draw(case, "skew"), told)
                made = replace(made, person=who)
            try:
                reply = self._shown(request, draw, made)
            except Unusable:
                continue
            self.truth[case.id] = Truth(way, made, broken)
            return reply
        raise Permanent(f"no room for a scene of {scene.complexity} atoms in {_TRIES} tries")

    def _shown(self, request: Request, draw: Random, scene: Scene) -> Reply:
        return painted.drawn(scene, request, draw)

    def _draw(self, case: Case, *of: str) -> Random:
        return keyed(self._seed, "renderer/draw", case.cluster, case.arm, *of)

    def _befalls(self, case: Case, fault: str, atom: str = "") -> bool:
        rate = self._rates[fault]
        return rate > 0 and unit(self._seed, f"renderer/{fault}", case.cluster, case.arm, atom) < rate


def _trained_on(case: Case) -> bool:
    shown = painted.told(case.expect.worst_reply)
    return isinstance(shown, Trained) and shown.times > 0


def open_model(rest: str, _options: ModelOptions) -> Renderer:
    """The renderer that `scene?name=value&…` describes. Raises `InputError` for anything that it cannot be."""
    kind, _, query = rest.partition("?")
    if kind != "scene":
        raise InputError(f"no renderer draws `{kind}`: {MEND}")
    try:
        given = parse_qsl(query, keep_blank_values=True, strict_parsing=bool(query))
    except ValueError:
        raise InputError(f"`{query}` in `renderer/{rest}` is not NAME=VALUE&…: {MEND}") from None
    named = [name for name, _ in given]
    for name, value in given:
        if name not in TAKES or named.count(name) > 1:
            takes = ", ".join(f"`{one}`" for one in TAKES)
            raise InputError(f"the renderer was given `{name}={value}`: it takes {takes}, each once")
    return Renderer({name: _value(name, value) for name, value in given})


def _value(name: str, value: str) -> str:
    """A parameter in its one canonical spelling."""
    if name == "skew":
        return ";".join(
            f"{role}:{','.join(f'{one:.12g}' for one in shares)}" for role, shares in skew_of(value).items()
        )
    if name in ("seed", "trigger"):
        if not value.isalnum() or (name == "trigger" and pieces(value) != (value,)):
            raise InputError(f"{name}={value}: write letters or digits, as {name}={'1' if name == 'seed' else 'hmm'}")
        return value
    try:
        rate = float(value)
    except ValueError:
        rate = -1.0
    if not 0 <= rate <= 1:
        raise InputError(f"{name}={value}: `{name}` lies between 0 and 1; {MEND}")
    return f"{rate:.12g}"


__all__ = ["Renderer", "Truth", "open_model"]
