"""How orders to a reading model are worded: what they do, each with a pattern, for `injected.py`.

A rule is a line that says what the order does, and under it, set in, its pattern: the lines are joined, without what
sets them in. A pattern may name a part by `{PART}`. `ORDERS` and `LAID` hold anywhere, `MARKS` are marks of roles and
hiding places, `STRICT` holds only for what is new in a text whose origin is known.
"""

from __future__ import annotations

import re

Rules = tuple[tuple[str, re.Pattern[str]], ...]


def _written(told: str) -> list[tuple[str, str]]:
    """What each rule says, and its pattern as it is written."""
    rules: list[tuple[str, str]] = []
    for line in told.strip().splitlines():
        if line.startswith(" "):
            rules[-1] = rules[-1][0], rules[-1][1] + line.strip()
        else:
            rules.append((line, ""))
    return rules


def _rules(told: str) -> Rules:
    """What each rule says, and its pattern with its parts filled in."""
    rules = _written(told)
    for name, part in _PARTS:
        rules = [(does, pattern.replace(f"{{{name}}}", part)) for does, pattern in rules]
    return tuple((does, re.compile(pattern, re.IGNORECASE | re.MULTILINE)) for does, pattern in rules)


_PARTS = _written(r"""
READER
    (?:(?:ai|a\.i\.|language|automated|machine|artificial|large|digital|virtual|chat|any|all|every|the|our|your|this
    |reading|other)[ -])*(?:ai|ais|a\.i\.|llms?|gpt|models?|chatbots?|bots?|assistants?|agents?|crawlers?|scrapers?
    |summari[sz]ers?|extractors?|graders?|judges?|evaluators?|reviewers?|annotators?|raters?|markers?|systems?
    |programs?|parsers?)
TARGET
    (?:instructions?|prompts?|rules?|guidelines?|guardrails|directions?|orders?|commands?|tasks?|checks?|constraints?
    |polic(?:y|ies)|filters?|context|questions?|options|messages?|system|training|programming|restrictions|safety
    |conversation|everything|anything|above|all of (?:the|this)|what (?:you|was|came|is|has))
CLAUSE
    (?:^|[.!?:;,()\[\]\-–—>|*#\n\"']\s*|\b(?:please|kindly|now|then|and|must|should|you|simply|just|instead|so|but
    |first)\s+)
MACHINE
    (?:a\.?i\.?s?(?: (?:models?|systems?|agents?|readers?|assistants?|tools?))?|llms?|gpt\S*|(?:language|foundation
    |generative|answering|reading|grading|judging) models?|chat-?bots?|(?!robots?\b)\w*-?bots?|crawlers?|scrapers?
    |summari[sz]ers?|extractors?|classifiers?|(?:automated|ai|llm) \w+s|(?:virtual|digital|automated|automatic
    |software|ai) (?:assistants?|agents?|graders?|judges?|readers?|reviewers?|systems?|tools?)|(?:safety|content|spam
    |moderation) (?:filters?|checks?|systems?)|(?:whichever|whatever|any|every|the) (?:model|system|program|machine
    |assistant|agent) (?:that )?(?:reads?|sees?|answers?|grades?|marks?|processes|parses|gets?|receives?)(?: this)?)
OFFICE
    (?:assistants?|models?|graders?|judges?|evaluators?|reviewers?|annotators?|raters?|markers?|filters?|agents?)
DUTY
    (?:must|shall|should|(?:has|have|had) to|(?:is|are) (?:to|required|asked|told|instructed|requested|advised
    |expected|obliged|supposed|free|allowed)|ought to|needs? to|will (?:now|always|please)|may not|can skip|please)
ANSWERING
    (?:answers?|repl(?:y|ies)|options?|items?|scores?|marks?|points?|credit|instructions?|prompts?|tools?|outputs?
    |responses?|correct|right|pick|choose|select|approve|accept|reject|pass|this (?:text|case|entry|page))
""")
ORDERS = _rules(r"""
tells to drop instructions
    {CLAUSE}(?:ignore|disregard|forget|override|overrule|bypass|skip|discard|drop|set aside|do not follow
    |don['’]t follow|stop following|pay no attention to|neglect)\s+(?:\S+\s+){0,5}?{TARGET}\b
speaks to a reading model
    {CLAUSE}(?:(?:note|hint|message|attention|dear|hey|hello|reminder|notice|tip|memo|important|warning|p\.?s\.?
    |instructions?|advice|remark|request|info(?:rmation)?|nb|n\.b\.)[\s,:]*(?:to|for)?\s*)?(?:to|for|dear|attention
    |hey|hello)\s+{READER}(?:\s+(?:reading|that|who|which|processing|parsing)\b[^.:]{0,60})?\s*[:,!\-–—]
speaks to a reading model
    (?:^|[.!?\[({>\n]\s*)(?:ai|llms?|chatbots?|assistants?|graders?|judges?|evaluators?|annotators?|reviewers?|(?:ai
    |language|automated) (?:models?|readers?|assistants?|agents?|systems?))\s*[:,]
speaks to a reading model
    \bif (?:you are|you['’]re|this (?:page|text) is (?:being )?read by|you happen to be
    |read by) (?:an? |any |some )?(?:(?:large|automated|artificial)\s)*{READER}\b
speaks to a reading model
    \b(?:all|any) {READER} (?:reading|processing|that read|parsing|summari[sz]ing|must|should|are required)\b
speaks to a reading model
    \bas an? (?:ai|language model|llm|assistant)[^.?]{0,30}\byou (?:must|should|will|are)\b
tells how to grade
    {CLAUSE}(?:mark|treat|grade|score|accept|count|rate|consider|judge|award|assign|give
    |regard)\b[^.?!]{0,40}?\b(?:answers?|repl(?:y|ies)|responses?|this|items?|submissions?|it
    |outputs?)\b[^.?!]{0,30}?\b(?:correct|right|full marks|top marks|full score|maximum|pass(?:ed)?|perfect|10\b
    |valid)\b
tells how to grade
    \banswer key\b|\balready (?:approved|been approved|verified)\b|\bskip all checks\b|\bconfidence to\b
tells what to answer
    {CLAUSE}(?:always|only ever|in every case|no matter what|whatever (?:you|the|is
    |they)[^.?!,]{0,40},?)\s+(?:you (?:must |should )?)?(?:choose|chose|answer|pick|reply|respond|say|select|write
    |output|print|return|state|give)\b
tells what to answer
    {CLAUSE}(?:choose|answer|pick|reply|respond|say|select|write|output|print|return
    |give)\b[^.?!]{0,50}?(?:\bregardless\b|\bno matter\b|\bto (?:every|all|any) (?:other |further )?questions?\b
    |\bwhatever\b|\binstead of (?:an |the |your )?answer|\bwithout (?:reading|thinking|checking))
tells what to answer
    {CLAUSE}(?:finish|end|begin|start|close|sign|open|prefix|preface|conclude)\s+(?:with|(?:your|the|every|each
    |all)\s+(?:\w+\s+)?(?:answers?|repl(?:y|ies)|responses?|output|messages?)\s+with)\b
tells what to answer
    {CLAUSE}(?:do not|don['’]t|never|refuse to|stop)\s+(?:answer(?:ing)?|respond(?:ing)?(?: to)?|solv(?:e|ing)
    |reply(?:ing)?(?: to)?)\s+(?:this|the|it|any|that|to)\b
tells what to answer
    {CLAUSE}(?:tell|inform|recommend|advise|urge|convince)\s+(?:your|the|all|every|any)\s+(?:users?|readers?|humans?
    |owners?|customers?)\b
asks for hidden instructions
    {CLAUSE}(?:reveal|print|show|repeat|output|display|leak|disclose|share|list|tell me|write out
    |quote)\s+(?:me\s+)?(?:your|the)\s+(?:(?:hidden|system|secret|initial|original|full|own|internal|previous|first
    |above)\s+)+(?:instructions?|prompts?|rules|messages?|guidelines|key)\b
sets a new rule
    \b(?:new|next|second|additional|real|updated) (?:rules?|instructions?|tasks?|directives?|orders?)\s*[:=]
    |\bend of (?:the )?(?:task|question|prompt|instructions?|test|input|document|message)\b|\bfrom now on\b
    |\byou are now\b|\b(?:developer|debug|admin|god|jailbreak|dan) mode\b|\byour (?:new|real|true|actual) (?:task
    |instructions?|goal|role|job)\b
""")
STRICT = _rules(r"""
lays an order upon a reader
    \b{OFFICE}\b[^.?!]{0,40}?\b{DUTY}\b(?=[^?]*\b{ANSWERING}\b)
speaks to a reading model
    \b(?:to|for|dear|as) (?:the|all|any|every|an?|our)? ?(?:\w+ )?{OFFICE}\b
tells how to grade
    \b(?:full|top|maximum|perfect) (?:marks?|score|points?|credit|grade)\b
tells what to answer
    \b(?:whatever|whichever|no matter (?:what|which)|regardless)\b[^?]*[.!)\]]\s*$
tells how to grade
    \b(?:scores?|grades?|marks?|ratings?|points?)\b[^.?!\n:=]{0,40}[:=]\s*\d+(?:[.,]\d+)?(?!\d)\s*(?:\(|[.!](?!\d)|$)
    |\b\d+\s*/\s*\d+\s*[.!)]|\bno (?:further )?(?:check|review|grading)\w* (?:is |are )?(?:needed|required|necessary)
    |\b(?:who|whoever|anyone|everyone|everybody|those) (?:who |that )?(?:grades?|marks?|rates?|reads?|answers?
    |evaluates?|checks?|scores?|judges?)\b[^.?!]{0,40}?\b{DUTY}\b
tells what to answer
    \b(?:answer|option|solution|reply)\s+(?:(?:according|given|listed|in)\b[^.?!]{0,40}\s)?(?:is|was|should be|must be
    |will be|=)\s(?=[^?]*$)|\b(?:wants?|expects?|needs?|requires?) the (?:answer|option|reply)\b
speaks to a reading model
    (?<![\w-]){MACHINE}(?![\w-])(?=[^?]*$)
tells what to answer
    {CLAUSE}(?:let (?:it|this|them) (?:through|pass)|approve|refuse|comply)\b
tells what to answer
    (?:^|[.!?:;(\n]\s*)(?:say|write|reply|answer|respond|output|print
    |type)\s+(?:only |just |with |back |that )*['\"“‘][^'\"”’]{1,60}['\"”’](?!\s*(?:,|or\b|if\b|when\b|for\b
    |otherwise\b|/))(?<!or .)
""")
LAID = _rules(r"""
sets a new rule
    \b(?:for )?the (?:rest|remainder) of (?:the|this|our) (?:conversation|chat|session|dialogue)\b|\b(?:you )?(?:have
    |has|with) no (?:limits|restrictions|filters?|guidelines|guardrails)\b
tells what to answer
    {CLAUSE}(?:respond|output)\s+(?:only|just|in|with|to)\b|{CLAUSE}(?:translate|summari[sz]e) (?:this|your
    |the) (?:page|text|prompt|instructions?|conversation|above)\b
tells how to grade
    {CLAUSE}(?:rate|grade|score|mark) (?:this|the|every|each|any) (?:response|answer|reply|output|item|question)\b
    |\b(?:who|whoever|anyone|everyone|everybody|those) (?:who |that )?(?:grades?|marks?|evaluates?|scores?|judges?
    |answers?)\b[^.?!]{0,40}?\b{DUTY}\b|\bverified answer\b|\bno (?:further )?(?:check|grading)\w* (?:is |are )?needed
lays an order upon a reading model
    (?<![\w-]){MACHINE}(?![\w-])[^.?!]{0,60}?\b{DUTY}\b(?![^.!]*\?)|(?:^|[(\[.:;]\s*|\b(?:for
    |to)\s){MACHINE}(?![\w-])\s*(?:(?:reading|parsing|seeing|processing|scanning) (?:this|the)|:)
speaks to a reading model
    (?:^|[.!?\n(#/\"]\s*)(?:to|for|dear|attention|note to)?\s*(?:the |all |any |our )?{MACHINE}\s*:
speaks to a reading model
    \bas (?:the|an?) (?:\w+ )?(?:{MACHINE}|{OFFICE}),? you\b
tells how to grade
    \b(?:verdicts?|labels?|status|scores?|grades?
    |marks?)\b[^.?!\n:=]{0,40}[:=]\s*(?:\d(?:[.,]\d+)?(?:\s*/\s*\d+)?\s*(?:\(|[.!]|$)|correct\b|right\b|pass(?:ed)?\b
    |true\b|full\b|approved\b|accepted\b|perfect\b)
tells how to grade
    \b(?:do not|don['’]t|never) (?:recompute|re-?grade|re-?check|recheck|verify|flag|reject|mark down)\b|\b(?:approve
    |accept|pass) (?:this|the|every|any) (?:case|item|answer|reply|text|entry|question|row|record)\b|\b(?:is
    |are) to be (?:accepted|approved|marked|graded|counted|scored|treated) as\b|\b(?:option|answer
    |letter) \w+ is to be (?:accepted|chosen|picked)\b
sets a new rule
    {CLAUSE}(?:pretend|imagine) (?:that )?you are (?:an? )?(?:\w+ )?(?:ai|bot|model|assistant)\b
sets a new rule
    {CLAUSE}(?:repeat after me|act as (?:an?|the) (?:ai|model|assistant|system|developer)|enter \w+ mode)\b
sends something away
    \b(?:your|the) users?['’]s? (?:\w+ )?(?:words?|address|name|data|message|password|question)|\b(?:to|in|with
    |of) your (?:reply|output|response)\b
tells to drop instructions
    \b(?:ignoriere?n?|vergiss|missachte|ignore[zr]|oublie[zr]?|ignora|olvida|dimentica|ignorar|esque[cç]a
    |negeer)\b[^.?!]{0,40}\b(?:anweisung\w*|regeln|befehle?|instructions?|consignes|r[eè]gles|instrucciones|reglas
    |istruzioni|regole|instru[cç][oõ]es|regras|instructies|aufgabe|t[aâ]che|tarea)\b
""")
MARKS = _rules(r"""
a false role mark
    [\"']role[\"']\s*:\s*[\"']\w+[\"']|[\"'](?:system|instructions?|prompt)[\"']\s*:
a false role mark
    \b(?:begin|end|enter|start|exit)\s+(?:admin|root|system|developer|debug|override|god)\b
a picture or a link with an address
    !\[[^\]]*\]\(|\]\(\s*(?:https?|data|javascript):
a false role mark
    </?\s*(?:system|assistant|user|instructions?|developer|admin|prompt|tool|im_start|im_end|sys|inst)\b[^<>]*>
a false role mark
    <\|[^<>|]{1,40}\|>|<<\s*/?\s*sys\s*>>|\[/?\s*(?:inst|system|assistant|sys|admin|override|user)\b[^\]]*\]
a false role mark
    #{2,}\s*(?:system|assistant|instructions?|new|admin|override|prompt|end of|user|task)\b|\[\[\s*\w+[^\]]*:
a false role mark
    (?:^|[.!?\n]\s*)(?:system|assistant|developer|admin(?:istrator)?|root|sysadmin)(?: (?:message|note|prompt|notice
    |override|alert|update|instruction))?\s*:
a false role mark
    (?<![-=*_])[-=*_]{3,}+\s*+(?:begin|end|start|new|system|admin)\b[^\n]{0,40}\b(?:system|instructions?|prompt
    |message|user|input|text)\b
a hidden remark
    <!--|-->|/\*[^*]*\*/\s*$|\]\(\s*#\s*\"|\[//\]:\s*#
hidden markup
    display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0|opacity\s*:\s*0(?![.\d])|aria-hidden\s*=|(?:color
    |colour)\s*:\s*(?:white|#fff\b|#ffffff|transparent)|<\s*(?:script|iframe|noscript|template)\b|\bhidden\s*=
    |<[a-z]+\s[^<>]*\bhidden\b
""")
