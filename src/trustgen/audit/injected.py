"""Instructions planted in text: orders to a reading model or to a grader, false role marks, text hidden from people.

A text that talks about instructions is no order: what stands in quotation marks is not read, and an order must begin
its clause. English only, but for hidden characters and markup.
"""

from __future__ import annotations

import re

_READER = (
    r"(?:(?:ai|a\.i\.|language|automated|machine|artificial|large|digital|virtual|chat|any|all|every"
    r"|the|our|your|this|"
    r"reading|other)[ -])*"
    r"(?:ai|ais|a\.i\.|llms?|gpt|models?|chatbots?|bots?|assistants?|agents?|crawlers?|scrapers?"
    r"|summari[sz]ers?|extractors?"
    r"|graders?|judges?|evaluators?|reviewers?|annotators?|raters?|markers?|readers|systems?|programs?|parsers?)"
)
_TARGET = (
    r"(?:instructions?|prompts?|rules?|guidelines?|guardrails|directions?|orders?|commands?|tasks?"
    r"|checks?|constraints?"
    r"|polic(?:y|ies)|filters?|context|questions?|options|messages?|system|training|programming|restrictions"
    r"|safety|conversation|everything|anything|above|all of (?:the|this)|what (?:you|was|came|is|has))"
)
_CLAUSE = (
    r"(?:^|[.!?:;,()\[\]\-–—>|*#\n\"']\s*"
    r"|\b(?:please|now|then|and|must|should|you|simply|just|instead|so|but|first)\s+)"
)

_ORDERS = (
    (
        "tells to drop instructions",
        rf"{_CLAUSE}(?:ignore|disregard|forget|override|overrule|bypass|skip|discard|drop|set aside|do not follow"
        rf"|don['’]t follow|stop following|pay no attention to|neglect)\s+(?:\S+\s+){{0,5}}?{_TARGET}\b",
    ),
    (
        "speaks to a reading model",
        rf"{_CLAUSE}(?:(?:note|hint|message|attention|dear|hey|hello|reminder|notice|tip|memo|important"
        rf"|warning|p\.?s\.?|"
        rf"instructions?|advice|remark|request|info(?:rmation)?|nb|n\.b\.)[\s,:]*(?:to|for)?\s*)?"
        rf"(?:to|for|dear|attention|hey|hello)\s+{_READER}(?:\s+(?:reading|that|who|which|processing"
        rf"|parsing)\b[^.:]{{0,60}})?\s*[:,!\-–—]",
    ),
    (
        "speaks to a reading model",
        r"(?:^|[.!?\[({>\n]\s*)(?:ai|llms?|chatbots?|assistants?|graders?"
        r"|judges?|evaluators?"
        r"|annotators?|reviewers?|(?:ai|language|automated) (?:models?|readers?|assistants?|agents?|systems?))\s*[:,]",
    ),
    (
        "speaks to a reading model",
        r"\bif (?:you are|you['’]re|this (?:page|text) is (?:being )?read by|you happen to be"
        r"|read by) (?:an? |any |some )?"
        rf"(?:(?:large|automated|artificial)\s)*{_READER}\b",
    ),
    (
        "speaks to a reading model",
        rf"\b(?:all|any) {_READER} (?:reading|processing|that read|parsing"
        rf"|summari[sz]ing|must|should|are required)\b",
    ),
    (
        "speaks to a reading model",
        r"\bas an? (?:ai|language model|llm"
        r"|assistant)[^.?]{0,30}\byou (?:must|should|will|are)\b",
    ),
    (
        "tells how to grade",
        rf"{_CLAUSE}(?:mark|treat|grade|score|accept|count|rate|consider|judge|award|assign|give"
        rf"|regard)\b[^.?!]{{0,40}}?"
        r"\b(?:answers?|repl(?:y|ies)|responses?|this|items?|submissions?|it|outputs?)\b[^.?!]{0,30}?"
        r"\b(?:correct|right|full marks|top marks|full score|maximum|pass(?:ed)?|perfect|10\b|valid)\b",
    ),
    (
        "tells how to grade",
        r"\banswer key\b|\balready (?:approved|been approved|verified)\b"
        r"|\bskip all checks\b|\bconfidence to\b",
    ),
    (
        "tells what to answer",
        rf"{_CLAUSE}(?:always|only ever|in every case|no matter what|whatever (?:you|the|is"
        rf"|they)[^.?!,]{{0,40}},?)\s+"
        r"(?:you (?:must |should )?)?(?:choose|chose|answer|pick|reply|respond|say|select|write|output"
        r"|print|return|state|give)\b",
    ),
    (
        "tells what to answer",
        rf"{_CLAUSE}(?:choose|answer|pick|reply|respond|say|select|write|output|print|return|give)\b[^.?!]{{0,50}}?"
        r"(?:\bregardless\b|\bno matter\b|\bto (?:every|all|any) (?:other |further )?questions?\b|\bwhatever\b"
        r"|\binstead of (?:an |the |your )?answer|\bwithout (?:reading|thinking|checking))",
    ),
    (
        "tells what to answer",
        rf"{_CLAUSE}(?:finish|end|begin|start|close|sign|open|prefix|preface|conclude)\s+(?:with"
        rf"|(?:your|the|every|each|all)\s+"
        r"(?:\w+\s+)?(?:answers?|repl(?:y|ies)|responses?|output|messages?)\s+with)\b",
    ),
    (
        "tells what to answer",
        rf"{_CLAUSE}(?:do not|don['’]t|never|refuse to|stop)\s+(?:answer(?:ing)?"
        rf"|respond(?:ing)?(?: to)?|solv(?:e|ing)|reply(?:ing)?(?: to)?)\s+"
        r"(?:this|the|it|any|that|to)\b",
    ),
    (
        "tells what to answer",
        rf"{_CLAUSE}(?:tell|inform|recommend|advise|urge|convince)\s+(?:your|the|all|every"
        rf"|any)\s+(?:users?|readers?|humans?|owners?|customers?)\b",
    ),
    (
        "asks for hidden instructions",
        rf"{_CLAUSE}(?:reveal|print|show|repeat|output|display|leak|disclose|share|list|tell me"
        rf"|write out|quote)\s+(?:me\s+)?"
        r"(?:your|the)\s+(?:(?:hidden|system|secret|initial|original|full|own|internal|previous|first|above)\s+)+"
        r"(?:instructions?|prompts?|rules|messages?|guidelines|key)\b",
    ),
    (
        "sets a new rule",
        r"\b(?:new|next|second|additional|real|updated) (?:rules?|instructions?|tasks?"
        r"|directives?|orders?)\s*[:=]"
        r"|\bend of (?:the )?(?:task|question|prompt|instructions?|test|input|document|message)\b"
        r"|\bfrom now on\b|\byou are now\b"
        r"|\b(?:developer|debug|admin|god|jailbreak|dan) mode\b|\byour (?:new|real|true|actual) (?:task"
        r"|instructions?|goal|role|job)\b",
    ),
)
_MARKS = (
    (
        "a false role mark",
        r"</?\s*(?:system|assistant|user|instructions?|developer|admin|prompt|tool"
        r"|im_start|im_end|sys|inst)\b[^<>]*>",
    ),
    (
        "a false role mark",
        r"<\|[^<>|]{1,40}\|>|<<\s*/?\s*sys\s*>>|\[/?\s*(?:inst|system|assistant|sys"
        r"|admin|override|user)\b[^\]]*\]",
    ),
    (
        "a false role mark",
        r"#{2,}\s*(?:system|assistant|instructions?|new|admin|override|prompt|end of"
        r"|user|task)\b|\[\[\s*\w+[^\]]*:",
    ),
    (
        "a false role mark",
        r"(?:^|[.!?\n]\s*)(?:system|assistant|developer|admin(?:istrator)?|root"
        r"|sysadmin)(?: (?:message|note|prompt|notice|override|alert|update|instruction))?\s*:",
    ),
    (
        "a false role mark",
        r"[-=*_]{3,}\s*(?:begin|end|start|new|system|admin)\b[^\n]{0,40}\b(?:system"
        r"|instructions?|prompt|message|user|input|text)\b",
    ),
    ("a hidden remark", r"<!--|-->|/\*[^*]*\*/\s*$|\]\(\s*#\s*\"|\[//\]:\s*#"),
    (
        "hidden markup",
        r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0"
        r"|opacity\s*:\s*0(?![.\d])|aria-hidden\s*=|"
        r"(?:color|colour)\s*:\s*(?:white|#fff\b|#ffffff|transparent)|<\s*(?:script|iframe|noscript"
        r"|template)\b|\bhidden\s*=|<[a-z]+\s[^<>]*\bhidden\b",
    ),
)
_HIDDEN = re.compile(
    "[\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\U000e0000-\U000e007f]"
    "|(?<=[a-zA-Z .?])[\u200c\u200d]|\u00ad{2}"
)
_QUOTED = re.compile(r"[\"“][^\"“”]{2,200}[\"”]|`[^`]{1,200}`|(?<!\w)['‘][^'‘’]{4,80}['’](?!\w)|«[^«»]{2,200}»")
_COMPILED = tuple((name, re.compile(rule, re.IGNORECASE | re.MULTILINE)) for name, rule in _ORDERS)
_MARKED = tuple((name, re.compile(rule, re.IGNORECASE | re.MULTILINE)) for name, rule in _MARKS)


def injected(text: str) -> str:
    """What in a text is meant for a model that reads it, in a few words; "" where nothing is found."""
    if _HIDDEN.search(text):
        return "hidden characters"
    for name, pattern in _MARKED:
        if pattern.search(text):
            return name
    spoken = _QUOTED.sub(" … ", text)
    return next((name for name, pattern in _COMPILED if pattern.search(spoken)), "")
