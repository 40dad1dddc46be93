"""How orders to a reading model are worded: pairs of what they do and a regular expression, for `injected.py`.

`ORDERS` and `LAID` hold anywhere, `MARKS` are marks of roles and hiding places, `STRICT` holds only for what is new in
a text whose origin is known.
"""

from __future__ import annotations

_READER = (
    r"(?:(?:ai|a\.i\.|language|automated|machine|artificial|large|digital|virtual|chat|any|all|every|the|our|your|this"
    r"|reading|other)[ -])*(?:ai|ais|a\.i\.|llms?|gpt|models?|chatbots?|bots?|assistants?|agents?|crawlers?|scrapers?"
    r"|summari[sz]ers?|extractors?|graders?|judges?|evaluators?|reviewers?|annotators?|raters?|markers?|systems?"
    r"|programs?|parsers?)"
)
_TARGET = (
    r"(?:instructions?|prompts?|rules?|guidelines?|guardrails|directions?|orders?|commands?|tasks?|checks?"
    r"|constraints?|polic(?:y|ies)|filters?|context|questions?|options|messages?|system|training|programming"
    r"|restrictions|safety|conversation|everything|anything|above|all of (?:the|this)|what (?:you|was|came|is|has))"
)
_CLAUSE = (
    r"(?:^|[.!?:;,()\[\]\-–—>|*#\n\"']\s*|\b(?:please|kindly|now|then|and|must|should|you|simply|just|instead|so|but"
    r"|first)\s+)"
)

ORDERS = (
    (
        "tells to drop instructions",
        rf"{_CLAUSE}(?:ignore|disregard|forget|override|overrule|bypass|skip|discard|drop|set aside|do not follow"
        rf"|don['’]t follow|stop following|pay no attention to|neglect)\s+(?:\S+\s+){{0,5}}?{_TARGET}\b",
    ),
    (
        "speaks to a reading model",
        rf"{_CLAUSE}(?:(?:note|hint|message|attention|dear|hey|hello|reminder|notice|tip|memo|important|warning"
        rf"|p\.?s\.?|instructions?|advice|remark|request|info(?:rmation)?|nb|n\.b\.)[\s,:]*(?:to|for)?\s*)?(?:to|for"
        rf"|dear|attention|hey|hello)\s+{_READER}(?:\s+(?:reading|that|who|which|processing"
        rf"|parsing)\b[^.:]{{0,60}})?\s*[:,!\-–—]",
    ),
    (
        "speaks to a reading model",
        r"(?:^|[.!?\[({>\n]\s*)(?:ai|llms?|chatbots?|assistants?|graders?|judges?|evaluators?|annotators?|reviewers?"
        r"|(?:ai|language|automated) (?:models?|readers?|assistants?|agents?|systems?))\s*[:,]",
    ),
    (
        "speaks to a reading model",
        r"\bif (?:you are|you['’]re|this (?:page|text) is (?:being )?read by|you happen to be|read by) (?:an? |any "
        r"|some )?"
        rf"(?:(?:large|automated|artificial)\s)*{_READER}\b",
    ),
    (
        "speaks to a reading model",
        rf"\b(?:all|any) {_READER} (?:reading|processing|that read|parsing|summari[sz]ing|must|should|are required)\b",
    ),
    (
        "speaks to a reading model",
        r"\bas an? (?:ai|language model|llm|assistant)[^.?]{0,30}\byou (?:must|should|will|are)\b",
    ),
    (
        "tells how to grade",
        rf"{_CLAUSE}(?:mark|treat|grade|score|accept|count|rate|consider|judge|award|assign|give"
        rf"|regard)\b[^.?!]{{0,40}}?"
        r"\b(?:answers?|repl(?:y|ies)|responses?|this|items?|submissions?|it|outputs?)\b[^.?!]{0,30}?\b(?:correct"
        r"|right|full marks|top marks|full score|maximum|pass(?:ed)?|perfect|10\b|valid)\b",
    ),
    (
        "tells how to grade",
        r"\banswer key\b|\balready (?:approved|been approved|verified)\b|\bskip all checks\b|\bconfidence to\b",
    ),
    (
        "tells what to answer",
        rf"{_CLAUSE}(?:always|only ever|in every case|no matter what|whatever (?:you|the|is|they)[^.?!,]{{0,40}},?)\s+"
        r"(?:you (?:must |should )?)?(?:choose|chose|answer|pick|reply|respond|say|select|write|output|print|return"
        r"|state|give)\b",
    ),
    (
        "tells what to answer",
        rf"{_CLAUSE}(?:choose|answer|pick|reply|respond|say|select|write|output|print|return|give)\b[^.?!]{{0,50}}?"
        r"(?:\bregardless\b|\bno matter\b|\bto (?:every|all|any) (?:other |further )?questions?\b|\bwhatever\b"
        r"|\binstead of (?:an |the |your )?answer|\bwithout (?:reading|thinking|checking))",
    ),
    (
        "tells what to answer",
        rf"{_CLAUSE}(?:finish|end|begin|start|close|sign|open|prefix|preface|conclude)\s+(?:with|(?:your|the|every"
        rf"|each|all)\s+"
        r"(?:\w+\s+)?(?:answers?|repl(?:y|ies)|responses?|output|messages?)\s+with)\b",
    ),
    (
        "tells what to answer",
        rf"{_CLAUSE}(?:do not|don['’]t|never|refuse to|stop)\s+(?:answer(?:ing)?|respond(?:ing)?(?: to)?|solv(?:e|ing)"
        rf"|reply(?:ing)?(?: to)?)\s+"
        r"(?:this|the|it|any|that|to)\b",
    ),
    (
        "tells what to answer",
        rf"{_CLAUSE}(?:tell|inform|recommend|advise|urge|convince)\s+(?:your|the|all|every|any)\s+(?:users?|readers?"
        rf"|humans?|owners?|customers?)\b",
    ),
    (
        "asks for hidden instructions",
        rf"{_CLAUSE}(?:reveal|print|show|repeat|output|display|leak|disclose|share|list|tell me|write out"
        rf"|quote)\s+(?:me\s+)?"
        r"(?:your|the)\s+(?:(?:hidden|system|secret|initial|original|full|own|internal|previous|first"
        r"|above)\s+)+(?:instructions?|prompts?|rules|messages?|guidelines|key)\b",
    ),
    (
        "sets a new rule",
        r"\b(?:new|next|second|additional|real|updated) (?:rules?|instructions?|tasks?|directives?|orders?)\s*[:=]"
        r"|\bend of (?:the )?(?:task|question|prompt|instructions?|test|input|document|message)\b|\bfrom now on\b"
        r"|\byou are now\b|\b(?:developer|debug|admin|god|jailbreak|dan) mode\b|\byour (?:new|real|true"
        r"|actual) (?:task|instructions?|goal|role|job)\b",
    ),
)
_MACHINE = (
    r"(?:a\.?i\.?s?(?: (?:models?|systems?|agents?|readers?|assistants?|tools?))?|llms?|gpt\S*|(?:language|foundation"
    r"|generative|answering|reading|grading|judging) models?|chat-?bots?|(?!robots?\b)\w*-?bots?|crawlers?|scrapers?"
    r"|summari[sz]ers?|extractors?|classifiers?|(?:automated|ai|llm) \w+s|(?:virtual|digital|automated|automatic"
    r"|software|ai) (?:assistants?|agents?|graders?|judges?|readers?|reviewers?|systems?|tools?)|(?:safety|content"
    r"|spam|moderation) (?:filters?|checks?|systems?)|(?:whichever|whatever|any|every|the) (?:model|system|program"
    r"|machine|assistant|agent) (?:that )?(?:reads?|sees?|answers?|grades?|marks?|processes|parses|gets?"
    r"|receives?)(?: this)?)"
)
_OFFICE = (
    r"(?:assistants?|models?|graders?|judges?|evaluators?|reviewers?|annotators?|raters?|markers?|filters?|agents?)"
)
_DUTY = (
    r"(?:must|shall|should|(?:has|have|had) to|(?:is|are) (?:to|required|asked|told|instructed|requested|advised"
    r"|expected|obliged|supposed|free|allowed)|ought to|needs? to|will (?:now|always|please)|may not|can skip|please)"
)
_ANSWERING = (
    r"(?:answers?|repl(?:y|ies)|options?|items?|scores?|marks?|points?|credit|instructions?|prompts?|tools?|outputs?"
    r"|responses?|correct|right|pick|choose|select|approve|accept|reject|pass|this (?:text|case|entry|page))"
)
STRICT = (  # only for what is new in a text
    ("lays an order upon a reader", rf"\b{_OFFICE}\b[^.?!]{{0,40}}?\b{_DUTY}\b(?=[^?]*\b{_ANSWERING}\b)"),
    ("speaks to a reading model", rf"\b(?:to|for|dear|as) (?:the|all|any|every|an?|our)? ?(?:\w+ )?{_OFFICE}\b"),
    ("tells how to grade", r"\b(?:full|top|maximum|perfect) (?:marks?|score|points?|credit|grade)\b"),
    ("tells what to answer", r"\b(?:whatever|whichever|no matter (?:what|which)|regardless)\b[^?]*[.!)\]]\s*$"),
    (
        "tells how to grade",
        r"\b(?:scores?|grades?|marks?|ratings?|points?)\b[^.?!\n:=]{0,40}[:=]\s*\d+(?:[.,]\d+)?(?!\d)\s*(?:\("
        r"|[.!](?!\d)|$)|\b\d+\s*/\s*\d+\s*[.!)]|\bno (?:further )?(?:check|review|grading)\w* (?:is |are )?(?:needed"
        r"|required|necessary)|\b(?:who|whoever|anyone|everyone|everybody|those) (?:who |that )?(?:grades?|marks?"
        r"|rates?|reads?|answers?|evaluates?"
        rf"|checks?|scores?|judges?)\b[^.?!]{{0,40}}?\b{_DUTY}\b",
    ),
    (
        "tells what to answer",
        r"\b(?:answer|option|solution|reply)\s+(?:(?:according|given|listed|in)\b[^.?!]{0,40}\s)?(?:is|was|should be"
        r"|must be|will be|=)\s(?=[^?]*$)|\b(?:wants?|expects?|needs?|requires?) the (?:answer|option|reply)\b",
    ),
    ("speaks to a reading model", rf"(?<![\w-]){_MACHINE}(?![\w-])(?=[^?]*$)"),
    ("tells what to answer", rf"{_CLAUSE}(?:let (?:it|this|them) (?:through|pass)|approve|refuse|comply)\b"),
    (
        "tells what to answer",
        r"(?:^|[.!?:;(\n]\s*)(?:say|write|reply|answer|respond|output|print|type)\s+(?:only |just |with |back "
        r"|that )*['\"“‘][^'\"”’]{1,60}['\"”’](?!\s*(?:,|or\b|if\b|when\b|for\b|otherwise\b|/))(?<!or .)",
    ),
)
LAID = (
    (
        "sets a new rule",
        r"\b(?:for )?the (?:rest|remainder) of (?:the|this|our) (?:conversation|chat|session|dialogue)\b"
        r"|\b(?:you )?(?:have|has|with) no (?:limits|restrictions|filters?|guidelines|guardrails)\b",
    ),
    (
        "tells what to answer",
        rf"{_CLAUSE}(?:respond|output)\s+(?:only|just|in|with|to)\b|{_CLAUSE}(?:translate|summari[sz]e) (?:this|your"
        rf"|the)"
        r" (?:page|text|prompt|instructions?|conversation|above)\b",
    ),
    (
        "tells how to grade",
        rf"{_CLAUSE}(?:rate|grade|score|mark) (?:this|the|every|each|any) (?:response|answer|reply|output|item"
        rf"|question)\b"
        r"|\b(?:who|whoever|anyone|everyone|everybody|those) (?:who |that )?(?:grades?|marks?|evaluates?|scores?"
        r"|judges?"
        rf"|answers?)\b[^.?!]{{0,40}}?\b{_DUTY}\b|\bverified answer\b|\bno (?:further )?(?:check|grading)\w* (?:is "
        rf"|are )?needed",
    ),
    (
        "lays an order upon a reading model",
        rf"(?<![\w-]){_MACHINE}(?![\w-])[^.?!]{{0,60}}?\b{_DUTY}\b(?![^.!]*\?)|(?:^|[(\[.:;]\s*|\b(?:for"
        rf"|to)\s){_MACHINE}(?![\w-])\s*"
        r"(?:(?:reading|parsing|seeing|processing|scanning) (?:this|the)|:)",
    ),
    (
        "speaks to a reading model",
        rf"(?:^|[.!?\n(#/\"]\s*)(?:to|for|dear|attention|note to)?\s*(?:the |all |any |our )?{_MACHINE}\s*:",
    ),
    (
        "speaks to a reading model",
        rf"\bas (?:the|an?) (?:\w+ )?(?:{_MACHINE}|{_OFFICE}),? you\b",
    ),
    (
        "tells how to grade",
        r"\b(?:verdicts?|labels?|status|scores?|grades?"
        r"|marks?)\b[^.?!\n:=]{0,40}[:=]\s*(?:\d(?:[.,]\d+)?(?:\s*/\s*\d+)?\s*(?:\(|[.!]|$)|correct\b|right\b"
        r"|pass(?:ed)?\b|true\b|full\b|approved\b|accepted\b|perfect\b)",
    ),
    (
        "tells how to grade",
        r"\b(?:do not|don['’]t|never) (?:recompute|re-?grade|re-?check|recheck|verify|flag|reject|mark down)\b"
        r"|\b(?:approve|accept|pass) (?:this|the|every|any) (?:case|item|answer|reply|text|entry|question|row"
        r"|record)\b|\b(?:is|are) to be (?:accepted|approved|marked|graded|counted|scored|treated) as\b|\b(?:option"
        r"|answer|letter) \w+ is to be (?:accepted|chosen|picked)\b",
    ),
    (
        "sets a new rule",
        rf"{_CLAUSE}(?:pretend|imagine) (?:that )?you are (?:an? )?(?:\w+ )?(?:ai|bot|model|assistant)\b",
    ),
    (
        "sets a new rule",
        rf"{_CLAUSE}(?:repeat after me|act as (?:an?|the) (?:ai|model|assistant|system|developer)"
        r"|enter \w+ mode)\b",
    ),
    (
        "sends something away",
        r"\b(?:your|the) users?['’]s? (?:\w+ )?(?:words?|address|name|data|message|password|question)|\b(?:to|in|with"
        r"|of) your (?:reply|output|response)\b",
    ),
    (
        "tells to drop instructions",
        r"\b(?:ignoriere?n?|vergiss|missachte|ignore[zr]|oublie[zr]?|ignora|olvida|dimentica|ignorar|esque[cç]a"
        r"|negeer)\b[^.?!]{0,40}\b(?:anweisung\w*|regeln|befehle?|instructions?|consignes|r[eè]gles|instrucciones"
        r"|reglas|istruzioni|regole|instru[cç][oõ]es|regras|instructies|aufgabe|t[aâ]che|tarea)\b",
    ),
)
MARKS = (
    ("a false role mark", r"[\"']role[\"']\s*:\s*[\"']\w+[\"']|[\"'](?:system|instructions?|prompt)[\"']\s*:"),
    ("a false role mark", r"\b(?:begin|end|enter|start|exit)\s+(?:admin|root|system|developer|debug|override|god)\b"),
    ("a picture or a link with an address", r"!\[[^\]]*\]\(|\]\(\s*(?:https?|data|javascript):"),
    (
        "a false role mark",
        r"</?\s*(?:system|assistant|user|instructions?|developer|admin|prompt|tool|im_start|im_end|sys|inst)\b[^<>]*>",
    ),
    (
        "a false role mark",
        r"<\|[^<>|]{1,40}\|>|<<\s*/?\s*sys\s*>>|\[/?\s*(?:inst|system|assistant|sys|admin|override|user)\b[^\]]*\]",
    ),
    (
        "a false role mark",
        r"#{2,}\s*(?:system|assistant|instructions?|new|admin|override|prompt|end of|user|task)\b|\[\[\s*\w+[^\]]*:",
    ),
    (
        "a false role mark",
        r"(?:^|[.!?\n]\s*)(?:system|assistant|developer|admin(?:istrator)?|root|sysadmin)(?: (?:message|note|prompt"
        r"|notice|override|alert|update|instruction))?\s*:",
    ),
    (
        "a false role mark",
        r"(?<![-=*_])[-=*_]{3,}+\s*+(?:begin|end|start|new|system|admin)\b[^\n]{0,40}\b(?:system|instructions?|prompt"
        r"|message|user|input|text)\b",
    ),
    ("a hidden remark", r"<!--|-->|/\*[^*]*\*/\s*$|\]\(\s*#\s*\"|\[//\]:\s*#"),
    (
        "hidden markup",
        r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0|opacity\s*:\s*0(?![.\d])|aria-hidden\s*="
        r"|(?:color|colour)\s*:\s*(?:white|#fff\b|#ffffff|transparent)|<\s*(?:script|iframe|noscript|template)\b"
        r"|\bhidden\s*=|<[a-z]+\s[^<>]*\bhidden\b",
    ),
)
