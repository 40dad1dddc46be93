"""Whether a summary is borne out: what it denies or turns round, short forms, counted, rounded and shared numbers."""

from __future__ import annotations

import pytest

from trustgen.core import Case, Expect, Outcome, Reply, Response, user
from trustgen.judge.support import backed, support

CALL = """Agent: Good morning, this is Ana Ruiz of Bluepeak Insurance. Are you interested in our plans?
Client: Yes, I am interested in the Standard plan for my car and my home.
Agent: It costs $185 per month, with a 20% co-payment. You can call us at 10:30 on any day from Mon to Fri.
Client: Is there a discount if I pay for the year?
Agent: Yes, we offer a discount of 5%. We have no plans for boats, sadly.
Client: Great. Last year I paid 11.8% more. I have a wide garage, a dog and a bike, and the car is insured safely.
Agent: In Q2 the world health council, whom we help, increased its support."""


@pytest.mark.parametrize(
    "reply",
    [
        "The client asks for the Standard plan, which costs $185 per month.",
        "Ana Ruiz offers a discount of 5% for paying by the year.",
        "There are no plans for boats.",
        "Bluepeak does not insure boats.",
        "They can be called on Friday or on Monday.",
        "In the second quarter the WHC increased its support; Q2 was good.",
        "The client owns three things: a garage, a dog and a bike.",
        "The two friends talk about a plan.",
        "The client paid 12% more last year.",
        "The summary does not say what the home is worth.",
        "The agent is not only friendly, but offers a discount.",
        "The world health council has grown its support.",
        "<answer>There are no plans for boats.</answer>",
        "<summary>Yearly payment saves 5%.</summary>",
        "<text>Nobody insures boats.</text>",
    ],
)
def test_what_is_borne_out(reply: str) -> None:
    assert support(reply, CALL).missing == ()


@pytest.mark.parametrize(
    ("reply", "lost"),
    [
        ("There is no discount for paying by the year.", "no discount"),
        ("The agent doesn't offer a discount.", "doesn't offer"),
        ("The plan is offered without a co-payment.", "without a co-payment"),
        ("The plan covers only the car.", "only the car"),
        ("All plans except the one for the car cost $185.", "except the one"),
        ("The client is uninterested in the plan.", "uninterested"),
        ("The council reduced its support.", "reduced"),
        ("The client has a narrow garage.", "narrow"),
        ("The car is insured unsafely.", "unsafely"),
        ("The client wants the Premium plan.", "Premium plan"),
        ("The client gets a 10% discount.", "10"),
        ("The plan costs $185 per month for six months.", "6"),
        ("They can be called on Sunday.", "Sunday"),
        ("The agent spoke of the NHS.", "NHS"),
        ("The client has four things.", "4"),
        ("The client paid 11% more last year.", "11"),
    ],
)
def test_what_is_not(reply: str, lost: str) -> None:
    assert any(lost in one for one in support(reply, CALL).missing)


def test_a_refusal_denies_nothing() -> None:
    case = Case("c", "t", "one", (user("?"),), Expect(), ("r",), question=CALL)
    for said in ("I'm sorry, I can't help with that.", "I am unable to provide a summary."):
        ruling = backed({"one": 1})(case, Response("k", "c", "t", "m", "answered", (Reply(said),)))
        assert ruling.outcome == Outcome.REFUSED
