"""Three small worlds whose state answers questions by rule: who holds what, who knows what, what is right."""

from __future__ import annotations

import re
from collections.abc import Sequence
from random import Random

from .actions import Action, Claim, Give, Say, Tell
from .agents import Memory, Persona
from .scene import Question

LONGEST = 300  # characters of a remark
NEAR = 3  # wrong counts beside a right one


def counted(count: int, item: str) -> str:
    """So many of a thing that is named in the plural: "1 ticket", "3 tickets"."""
    return f"{count} {item.removesuffix('s') if count == 1 else item}"


class Market:
    """People hand each other things. Nobody can give what they do not have."""

    kinds: Sequence[type] = (Give,)

    def __init__(self, holdings: dict[str, dict[str, int]], place: str) -> None:
        self.holdings = {name: dict(held) for name, held in holdings.items()}
        self._place = place
        self._start = "; ".join(f"{name} has {_listed(held)}" for name, held in holdings.items())

    @property
    def setting(self) -> str:
        """The place and what each holds at the start."""
        return f"{', '.join(self.holdings)} meet at {self._place}. At the start, {self._start}."

    def sees(self, name: str) -> str:
        """What one holds."""
        others = ", ".join(other for other in self.holdings if other != name)
        return f"You hold {_listed(self.holdings[name])}. With you are {others}."

    def fault(self, name: str, action: Action) -> str:
        """Nobody gives to themselves, to strangers, nothing, or more than they have."""
        assert isinstance(action, Give)
        if action.to not in self.holdings or action.to == name:
            return f"there is no other person `{action.to}` here"
        if action.count < 1:
            return f"{action.count} things cannot be handed over"
        held = self.holdings[name].get(action.item, 0)
        return f"{name} holds only {counted(held, action.item)}" if held < action.count else ""

    def apply(self, name: str, action: Action) -> tuple[str, tuple[str, ...]]:
        """Everybody sees who hands what to whom."""
        assert isinstance(action, Give)
        self.holdings[name][action.item] -= action.count
        taker = self.holdings[action.to]
        taker[action.item] = taker.get(action.item, 0) + action.count
        return f"{name} gives {action.to} {counted(action.count, action.item)}.", tuple(self.holdings)

    def question(self, draw: Random) -> Question:
        """How many of one thing does one person hold now?"""
        name = draw.choice(sorted(self.holdings))
        item = draw.choice(sorted({item for held in self.holdings.values() for item in held}))
        now = self.holdings[name].get(item, 0)
        low = draw.randint(0, min(NEAR, now))
        wrong = [str(n) for n in (*range(now - low, now), *range(now + 1, now + 1 + NEAR - low))]
        ask = f"How many {item} does {name} hold at the end?"
        return Question(text=ask, answer=str(now), wrong=tuple(draw.sample(wrong, NEAR)), kind="count")


class Office:
    """News is told in confidence, from one to one. Only those who know a thing can tell it."""

    kinds: Sequence[type] = (Tell,)

    def __init__(self, people: Sequence[str], news: dict[str, tuple[str, str]], place: str) -> None:
        """`news` maps a name of each piece to what it says and who knows it at the start."""
        self.people = tuple(people)
        self.news = {name: said for name, (said, _) in news.items()}
        self.knows = {name: {first} for name, (_, first) in news.items()}
        self._place = place
        self._first = " ".join(f"Only {first} knows at the start that {said}." for said, first in news.values())

    @property
    def setting(self) -> str:
        """Who is there, and who knows what at the start."""
        who = ", ".join(self.people)
        return f"{who} work at {self._place}. What is told is told to one person alone. {self._first}"

    def sees(self, name: str) -> str:
        """What one knows."""
        known = [f"`{key}` ({self.news[key]})" for key in self.news if name in self.knows[key]]
        others = ", ".join(other for other in self.people if other != name)
        return f"You know {', '.join(known) or 'no news'}. You can tell one of {others}."

    def fault(self, name: str, action: Action) -> str:
        """Nobody tells what they do not know, or tells themselves."""
        assert isinstance(action, Tell)
        if action.news not in self.news:
            return f"there is no news called `{action.news}`"
        if action.to not in self.people or action.to == name:
            return f"there is no other person `{action.to}` here"
        return "" if name in self.knows[action.news] else f"{name} does not know that"

    def apply(self, name: str, action: Action) -> tuple[str, tuple[str, ...]]:
        """The one who is told knows it from now on; nobody else notices."""
        assert isinstance(action, Tell)
        self.knows[action.news].add(action.to)
        return f"{name} tells {action.to} that {self.news[action.news]}.", (name, action.to)

    def question(self, draw: Random) -> Question:
        """Does one person know one thing by now?"""
        name, news = draw.choice(sorted(self.people)), draw.choice(sorted(self.news))
        answer = "yes" if name in self.knows[news] else "no"
        ask = f"At the end, does {name} know that {self.news[news]}?"
        return Question(text=ask, answer=answer, wrong=("no" if answer == "yes" else "yes",), kind="knows")


class Discussion:
    """People say what they hold to be the answer to a question. What is right does not depend on what they say."""

    kinds: Sequence[type] = (Claim, Say)

    def __init__(self, people: Sequence[str], asked: str, right: str, wrong: Sequence[str], place: str) -> None:
        self.people = tuple(people)
        self.asked, self.right, self.wrong = asked, right, tuple(wrong)
        self.claims: dict[str, str] = {}
        self._place = place

    @property
    def setting(self) -> str:
        """Who talks about what."""
        return f"{', '.join(self.people)} talk it over at {self._place}. The question is: {self.asked}"

    def sees(self, name: str) -> str:
        """The question, and what each claims so far."""
        said = "; ".join(f"{who} says {claim}" for who, claim in self.claims.items())
        return f"{self.asked} So far: {said or 'nobody has answered'}."

    def fault(self, name: str, action: Action) -> str:
        """A claim is a whole number; a remark says something, in at most `LONGEST` characters."""
        if isinstance(action, Claim):
            return "" if re.fullmatch(r"-?\d{1,6}", action.answer) else "an answer here is a whole number, in digits"
        said = action.text if isinstance(action, Say) else ""
        return "nothing was said" if not said.strip() else f"over {LONGEST} characters" if len(said) > LONGEST else ""

    def apply(self, name: str, action: Action) -> tuple[str, tuple[str, ...]]:
        """Everybody hears it."""
        if isinstance(action, Claim):
            self.claims[name] = action.answer
            return f"{name}: I say it is {action.answer}.", self.people
        assert isinstance(action, Say)
        return f"{name}: {action.text}", self.people

    def question(self, draw: Random) -> Question:
        """The question itself."""
        return Question(text=self.asked, answer=self.right, wrong=self.wrong, kind="right")


def _listed(held: dict[str, int]) -> str:
    return ", ".join(counted(count, item) for item, count in held.items() if count) or "nothing"


# ── rule policies ───────────────────────────────────────────────────────────────────────────────────────────────────


class Trader:
    """Gives some of what it has to somebody. Now and then it tries more than it has, which the market refuses."""

    def __init__(self, market: Market) -> None:
        self._market = market

    def __call__(self, persona: Persona, sees: str, memory: Memory, draw: Random, mend: str) -> Action:
        """A gift."""
        held = [(item, n) for item, n in self._market.holdings[persona.name].items() if n]
        to = draw.choice([name for name in self._market.holdings if name != persona.name])
        if not held:
            return Give(to, "thanks", 1)  # refused: it has nothing
        item, n = draw.choice(held)
        return Give(to, item, draw.randint(1, n if mend else n + 1))


class Gossip:
    """Tells one of the news it knows to somebody who, as far as it remembers, has not been told by it."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def __call__(self, persona: Persona, sees: str, memory: Memory, draw: Random, mend: str) -> Action:
        """A piece of news, passed on; one that it does not know, where it knows none, which the office refuses."""
        known = [key for key, who in self._office.knows.items() if persona.name in who]
        others = [name for name in self._office.people if name != persona.name]
        news = draw.choice(known or sorted(self._office.news))
        said = self._office.news[news]
        fresh = [name for name in others if f"{persona.name} tells {name} that {said}." not in memory.lines]
        return Tell(draw.choice(fresh or others), news)


class Debater:
    """Claims by its part: `informed` the right answer, `mistaken` one wrong one, a `follower` what most say."""

    def __init__(self, discussion: Discussion) -> None:
        self._discussion = discussion

    def __call__(self, persona: Persona, sees: str, memory: Memory, draw: Random, mend: str) -> Action:
        """A claim."""
        world = self._discussion
        if persona.part == "informed":
            return Claim(world.right)
        if persona.part == "mistaken":
            return Claim(world.wrong[0])
        heard = [line.rsplit(" ", 1)[-1].rstrip(".") for line in memory.lines]
        votes = {claim: heard.count(claim) for claim in sorted(set(heard))}
        return Claim(max(votes, key=lambda claim: votes[claim]) if votes else draw.choice((world.right, *world.wrong)))
