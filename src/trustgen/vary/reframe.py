"""An English question as a clause, a thing asked for, or a request: what rule-made paraphrases are put together from.

Only shapes that can be turned round with certainty are recognised; where it is unclear which word belongs to the
subject, the answer is None, since a wrong guess makes broken English or another question.
"""

from __future__ import annotations

import re

from .words import table

_BE = r"(?P<be>is|are|was|were)"
_NAME = r"(?:the )?[A-Z][\w.'’\-]*(?:(?: (?:of|and|de|la|du|da|van|von|al|el)(?: the)?)? [A-Z][\w.'’\-]*)*"
_PRONOUN = r"(?:I|you|we|they|he|she|it)"
_LEAD_IN = re.compile(
    r"^(?:(?:a|one|another|my|here is (?:a|my|one)) (?:\w+ )?question(?: for you)?: |quick question: |question: "
    r"|(?:hello|hi|hey)[,!.]? |(?:please|kindly),? |excuse me,? |sorry to (?:bother|disturb) you,? (?:but )?"
    r"|(?:can|could|would|will) you (?:please |kindly )?(?=tell me|name|give|say|state|list)"
    r"|i (?:would|want to|wish to) (?:like to )?ask(?: you)?[:,]? )+",
    re.IGNORECASE,
)
_OPENING = re.compile(r"^(?:In (?:which|what)|\S+) ")  # the question words that open a question begin no clause
_COMMAND = re.compile(r"(?:tell me|name|give|say|state|list) ", re.IGNORECASE)
_COURTESY = re.compile(r"(?:,? please|,? thank you| thanks)(?=[.?!]*$)", re.IGNORECASE)
_REQUEST = re.compile(r"(?P<verb>Name|State|Give me|Give|Tell me|Say|List) (?P<thing>(?:the|a|an|all|one) .+)\.")
_ABBREVIATED = re.compile(r"\b(?:St|Dr|Mr|Mrs|Ms|Mt|Prof|Jr|Sr|No|vs)\.$")
_AUXILIARY = re.compile(
    r"\b(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|shall|may|might|must|am)\b"
    r"|\b(?:it|he|she|there|here|who|what|where|how|when)['’]s\b|n['’]t\b"
)
_CLAUSE_MARK = re.compile(
    r"[,;:]|\b(?:that|which|who|whom|whose|where|when|if|because|while|whether|than|but)\b|['’](?:re|ve|ll|d|m)\b"
)
_PARTICIPLES = (
    "called named written made used spoken located situated born built founded discovered invented held celebrated "
    "released published signed introduced established opened killed buried elected crowned abolished formed created "
    "painted composed launched known found fought completed destroyed"
)
_PARTICIPLE = re.compile(rf"\b(?:{_PARTICIPLES.replace(' ', '|')})\b")
_PAST = {
    "become": "became", "begin": "began", "belong": "belonged", "border": "bordered", "build": "built",
    "buy": "bought", "call": "called", "come": "came", "compose": "composed", "contain": "contained", "cost": "cost",
    "cover": "covered", "describe": "described", "die": "died", "discover": "discovered", "do": "did", "eat": "ate",
    "end": "ended", "fall": "fell", "find": "found", "found": "founded", "give": "gave", "go": "went", "grow": "grew",
    "have": "had", "hold": "held", "invent": "invented", "join": "joined", "keep": "kept", "know": "knew",
    "lead": "led", "leave": "left", "live": "lived", "look": "looked", "lose": "lost", "make": "made",
    "marry": "married", "mean": "meant", "meet": "met", "need": "needed", "open": "opened", "orbit": "orbited",
    "own": "owned",
    "paint": "painted", "pay": "paid", "play": "played", "produce": "produced", "publish": "published",
    "reach": "reached", "receive": "received", "rule": "ruled", "say": "said", "see": "saw", "sell": "sold",
    "serve": "served", "share": "shared", "speak": "spoke", "stand": "stood", "start": "started", "study": "studied",
    "take": "took", "teach": "taught", "tell": "told", "think": "thought", "travel": "travelled", "use": "used",
    "visit": "visited", "want": "wanted", "weigh": "weighed", "win": "won", "work": "worked", "write": "wrote",
}  # fmt: skip
_SUPPORT = re.compile(
    rf"(?P<ask>.*?)\b(?P<do>[Dd]oes|[Dd]o|[Dd]id) (?P<subject>{_PRONOUN}|{_NAME}) (?P<verb>[a-z]+)(?P<rest>(?: .+)?)"
)


def bare(question: str) -> str:
    """A question without greeting, courtesy and announcement: "A quiz question: what is …?" is "What is …?"."""
    text = _COURTESY.sub("", _LEAD_IN.sub("", question.strip()))
    if text.endswith("?") and _COMMAND.match(text):
        text = text[:-1] + "."  # "Could you name …?" without its "could you"
    return text[:1].upper() + text[1:]


def clause(question: str) -> str | None:
    """A question as a clause that stands after "tell me": "what the capital of France is". None where unsure."""
    body = _body(question, "?")
    if body is None:
        return None
    body = re.sub(r"^(What|Who|Where|When|How)['’]s ", r"\1 is ", body)
    low = body[:1].lower() + body[1:]
    for shape in (_what_is, _where_is, _there_are, _same_order, _supported, _whether):
        if made := shape(low):
            return made
    return None


def thing(question: str) -> str | None:
    """What a question asks for, where that is a definite thing: "the capital of France"; None elsewhere."""
    if request := request_of(question):
        found = re.fullmatch(r"(?:name|state|give me|give|tell me|say|list) (the .+)", request)
        return found[1] if found and _noun_phrase(found[1]) else None
    body = _body(question, "?")
    match = re.fullmatch(r"What(?: is| are|['’]s) (the .+)", body or "")
    return match[1] if match and _noun_phrase(match[1]) and not _tail(match[1]) else None


def request_of(question: str) -> str | None:
    """A command such as "Name the capital of France." as "name the capital of France"; None for all else."""
    match = _REQUEST.fullmatch(bare(question))
    if match is None or _many_sentences(bare(question)):
        return None
    return match["verb"].lower() + " " + match["thing"]


def echoed(question: str) -> str | None:
    """ "Which city is the capital of France?" turned round: "The capital of France is which city?" None elsewhere."""
    body = _body(question, "?")
    match = re.fullmatch(r"(?P<which>(?:Which|What) [a-z]+(?: [a-z]+)?) (?P<be>is|was) (?P<thing>the .+)", body or "")
    if match is None or not _noun_phrase(match["thing"]) or _tail(match["thing"]):
        return None
    return f"T{match['thing'][1:]} {match['be']} {match['which'].lower()}?"


def _body(question: str, mark: str) -> str | None:
    """A single sentence without its mark; None for several, for lines, and for another mark."""
    text = bare(question)
    if not text.endswith(mark) or "\n" in text or _many_sentences(text) or _CLAUSE_MARK.search(_OPENING.sub("", text)):
        return None
    return text[: -len(mark)].rstrip()


def _many_sentences(text: str) -> bool:
    return any(not _ABBREVIATED.search(text[: m.start() + 1]) for m in re.finditer(r"[.?!](?=\s+\S)", text))


def _noun_phrase(text: str) -> bool:
    """Whether a text can be nothing but a noun phrase: no verb in it, and nothing left hanging at its end."""
    return (
        not _AUXILIARY.search(text)
        and not _CLAUSE_MARK.search(text)
        and text.rsplit(maxsplit=1)[-1] not in table("prepositions")
    )


def _tail(text: str) -> str:
    """The participle that ends a text, as in "the capital of France called"."""
    last = text.rsplit(maxsplit=1)[-1]
    return last if _PARTICIPLE.fullmatch(last) else ""


def _what_is(body: str) -> str | None:
    match = re.fullmatch(rf"(?P<ask>what|who|where) {_BE} (?P<thing>(?:the|a|an|[A-Z]).*)", body)
    if match is None or not _noun_phrase(match["thing"]):
        return None
    ask, be, what = match["ask"], match["be"], match["thing"]
    if last := _tail(what):
        return None if ask == "who" else f"{ask} {what[: -len(last) - 1]} {be} {last}"
    if ask == "who":
        name = re.fullmatch(_NAME, what) and not what.startswith("the ")
        return f"who {what} {be}" if name else f"who {be} {what}" if what.startswith("the ") else None
    return None if ask == "where" and _PARTICIPLE.search(what) else f"{ask} {what} {be}"


def _where_is(body: str) -> str | None:
    """ "when was the treaty signed in Paris", with one participle, which ends the subject."""
    match = re.fullmatch(rf"(?P<ask>when|where|in (?:which|what) \w+) {_BE} (?P<rest>(?:the|a|an|[A-Z]).+)", body)
    if match is None or _AUXILIARY.search(match["rest"]) or len(found := _PARTICIPLE.findall(match["rest"])) != 1:
        return None
    subject, done, tail = match["rest"].partition(f" {found[0]}")
    hangs = tail and (not tail.startswith(" ") or tail.split()[-1] in table("prepositions"))
    if not subject or hangs:
        return None
    return f"{match['ask']} {subject} {match['be']}{done}{tail}" if _noun_phrase(subject) else None


def _there_are(body: str) -> str | None:
    match = re.fullmatch(
        r"(?P<ask>how (?:many|much) [a-z]+(?: [a-z]+)?) (?P<be>is|are|was|were) there(?P<rest> .+)?", body
    )
    if match is None or _AUXILIARY.search(match["rest"] or ""):
        return None
    return f"{match['ask']} there {match['be']}{match['rest'] or ''}"


def _same_order(body: str) -> str | None:
    """Questions about the subject, whose order is that of a clause: "which city is the capital of France"."""
    if not re.match(r"(?:which|what|who|how many) ", body):
        return None
    verbs = _AUXILIARY.findall(body)
    if not verbs:
        return body if len(body.split()) > 2 else None
    head = r"(?:which|what) [a-z]+(?: [a-z]+)?|how many [a-z]+(?: [a-z]+)?"
    match = re.fullmatch(rf"(?P<head>{head}) {_BE} (?P<rest>(?:the|a|an|in|on) .+)", body)
    if not match or len(verbs) > 1 or not _noun_phrase(match["rest"]) or _tail(match["rest"]):
        return None
    if match["head"].split()[-1] in table("properties"):
        return f"{match['head']} {match['rest']} {match['be']}"
    return body


def _supported(body: str) -> str | None:
    """ "which city does France have" without its "does": "which city France has"; the same for yes and no."""
    match = _SUPPORT.fullmatch(body)
    if match is None or match["verb"] not in _PAST or _AUXILIARY.search(match["ask"] + match["rest"]):
        return None
    ask, subject, verb = match["ask"].strip() or "whether", match["subject"], match["verb"]
    if not re.match(r"(?:which|what|who|where|when|why|how|in|whether)\b", ask):
        return None
    if match["do"].lower() == "did":
        verb = _PAST[verb]
    elif match["do"].lower() == "does":
        verb = _third_person(verb)
    return f"{ask} {subject} {verb}{match['rest']}"


def _third_person(verb: str) -> str:
    if verb == "have":
        return "has"
    if re.search(r"(?:s|sh|ch|x|z|o)$", verb):
        return verb + "es"
    return verb[:-1] + "ies" if re.search(r"[^aeiou]y$", verb) else verb + "s"


def _whether(body: str) -> str | None:
    match = re.fullmatch(
        r"(?P<be>is|are|was|were|can|could|will|would|should|must|has|have|had) "
        rf"(?P<subject>{_NAME}|{_PRONOUN}) (?P<rest>[a-z].+)",
        body,
    )
    if match is None or _AUXILIARY.search(match["rest"]):
        return None
    return f"whether {match['subject']} {match['be']} {match['rest']}"
