r"""What people write who do not answer, or who write to the grader: phrases by hand.

A phrase is read word by word: `a|b` is one of several words, `?a|b` may be left out, `~4` stands
for up to four words of any kind, `{NAME}` for one of the lists below. Between words anything
but letters and digits may stand.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

from bot.grading.text import LONGEST_WORD

_LISTS = {
    "GRADER": "grader|graders|grading|rubric|scorer|scoring|evaluator|evaluation|examiner|marker"
    "|assessor|judge",
    "PERSON": "grader|graders|scorer|evaluator|examiner|assessor",
    "DROP": "ignore|disregard|forget|override|bypass|discard|overlook",
    "RULES": "instructions?|prompts?|rubrics?|criteria|guidelines?|directions?|key\\W*points?"
    "|grader|grading",
    "TOLD": "rules?|context|constraints?|text|messages?|reference",
    "EARLIER": "previous|prior|above|earlier|preceding|before|foregoing",
    "ALL": "all|any|every|everything|anything|of|the|my|these|those|other|given|original|initial"
    "|existing|old|strict|scoring|system|hidden|{EARLIER}",
    "RATE": "give|award|assign|grant|rate|grade|score|mark|return|output|set|respond|reply|print"
    "|record|report",
    "FULL": r"(?:full|maximum|max|top|perfect|highest|best|all)\W+(?:possible\W+|the\W+)?"
    r"(?:marks?|scores?|points?|grades?|credits?|ratings?)|100\s*%|10\s*/\s*10|5\s*/\s*5"
    r"|(?:marks?|scores?|points?|grades?|ratings?)\W+(?:of\W+)?(?:1\.0|1|100|10)",
    "RIGHT": "correct|right|met|complete|perfect|full|fully|true|passed|excellent|strong|valid",
    "MINE": "this|that|it|the|my|me|every|all|each|answer|response|submission|points?|key|of",
    "WORK": "me|answer|answers|response|submission|key\\W*points?|points?",
    "SECRET": r"system\W+prompt|rubric|reference\W+answer|model\W+answer|key\W*points"
    r"|hidden\W+instructions?|your\W+instructions?",
}

_TO_GRADER = (
    "{DROP} ?{ALL} ?{ALL} ?{ALL} ?{ALL} ?{ALL} {RULES}",
    "{DROP} ?{ALL} reference|model|sample answer|answers|solution|solutions",
    "{DROP} ?{ALL} ?{ALL} ?{ALL} {EARLIER} {TOLD}",
    "{DROP} ?{ALL} ?{ALL} your|marking|scoring|grading ?{ALL} {RULES}|{TOLD}|training|programming",
    "{DROP} ?about all|anything|everything|what ?that|you ?i|you|was|were|is|are|been|have "
    "?were|been ?said|told|written|asked {EARLIER}|told|taught|learned|learnt",
    "{RATE} ~7 {FULL}",
    "grade|score|rate|evaluate {MINE} ?{MINE} ?{MINE} ?{MINE} ?{MINE} ?as {RIGHT}",
    "mark|accept|treat|consider|count|regard|judge ?{MINE} ?{MINE} ?{MINE} {WORK} ?{MINE} ?{MINE} "
    "?as {RIGHT}",
    "please mark|accept|count {MINE} ?as {RIGHT}",
    "dear|hello|hey|hi|attention ~1 {GRADER}",
    "note|message|instructions? to|for ~1 {GRADER}",
    "to|for|as the|a|an {PERSON} ~8 answer|answers|points?|score|mark|confirm|please|you",
    "you are|were|act ?now|to|as ?an|a|the|my|in ~3 {GRADER}|assistant|ai|chatbot",
    "you|please|now|always|just must|should|will|shall|please|now ?have|need|to "
    "score|grade|rate|award this|it|me|my|every|all|as|with|full|maximum|{WORK}",
    "you|please|always|just score|grade|rate|award this|it|me|every|all|my",
    "you|please|always|just mark ?this|it|every|all|my {WORK}",
    "new|updated|revised|real|developer|admin|hidden|secret ?system instructions?|prompt|rubric "
    "are|is|say|says|every|all|give|score|answer",
    r"all ?of ?the ?key points?|keypoints ?have|has are|were|been|as|is ?been ?now|already|fully "
    "met|covered|satisfied|correct|fulfilled",
    "this|my answer|response|submission is|was|has|should|must|deserves?|meets?|covers? ~3 "
    "correct|perfect|complete|full|maximum|all|every|verified|approved|graded|excellent",
    "the answer|submission is|was|has|deserves?|meets? ~2 "
    "correct|perfect|maximum|all|every|verified|approved|graded|excellent",
    "reveal|print|show|repeat|output|leak|display|tell ~4 {SECRET}",
    "set|make|change|update ?the|my|your score|grade|verdict|band|mark to|as|equal",
    "jailbreak|jailbroken",
    "prompt injection",
    "do anything now",
    "i am|m ?the|a|an ~1 admin|administrator|developer|teacher|examiner|author|owner ~12 "
    "score|grade|marks?|points?|pass|correct",
    "language|llm|chatgpt|ai ?model ~10 rate|award|give ~4 score|grade|marks?",
    r"ignorier\w*|vergiss|missachte\w* ~5 anweisung\w*|regeln|vorgaben|bewertung\w*",
    "ignorez|oubliez ~5 consignes|instructions|règles|regles",
    r"ignora\w*|olvida\w* ~5 instrucciones|reglas|istruzioni|regole",
    r"игнорируй\w*|забудь ~5 инструкци\w*|правила",
)

_MARKUP = (
    r"(?:^|\n|\W)(?:system|assistant|developer|admin|grader)\s*"
    r"(?:(?:message|prompt|note|override)\s*)?"
    r":\s*(?:\w+\W+){0,12}?(?:score|grade|correct|marks?|points?|instructions?|ignore|rubric)\b",
    r"<[\s/|]*(?:system|assistant|user|im_start|im_end|inst|answer|candidate_answer"
    r"|candidate|instructions?|rubric|grade|score|verdict|endoftext)[\s/|]*>",
    r"\[[\s/]*(?:inst|system|assistant)\s*\]|<<[\s/]*sys\s*>>",
    r"###\s*(?:system|instructions?|response|assistant|grader|end\s+of)\b",
    r"---\s*end\s+of\s+(?:answer|prompt|rubric)",
    r"[\"'](?:verdict|band|evidence|key_points|gate|grader|feedback|grade|met)[\"']\s*:",
    r"[\"']\s*\}[\s,{]*[\"']\s*(?:score|points|role|answer|reference)[\"']\s*:",
    r"^[^\w\n]*(?:score|grade|verdict|band)[\"']?\s*[:=]+\s*[\"']?(?:[\d.]+|strong|met|full)\W*$",
    r"忽略.{0,12}(?:指令|说明|规则|指示)|满分",
)
"""What repeats has nothing beside it that takes the same signs, and begins where it can begin
once: a run of forty thousand spaces or line ends is looked through once, too."""

_NO_ATTEMPT = (
    "?i ?really|just|honestly|simply|still do|can|could not ?really|even "
    "know|remember|recall|answer|tell|understand|say",
    "?i ?really|just|honestly|simply|still "
    "don't|dont|can't|cant|cannot|couldn't|couldnt ?really|even "
    "know|remember|recall|answer|tell|understand|say",
    "?i ?i've ?have ?got ?absolutely ?really no idea|clue|answer|attempt|thoughts?|comment",
    "?i'm|im ?i ?am not ?really|so|too|quite|entirely sure|certain",
    "?i'm|im ?i ?am unsure|clueless|lost",
    "?i ?have|did not|never learn|learned|learnt|study|studied|read|get|heard|hear|used?",
    "?i haven't|havent|didn't|didnt learn|learned|learnt|study|studied|read|get|heard|hear|used?",
    "?i ?would|will|i'll give up",
    "?i ?would|will|i'll ?i've pass|skip|forgot|forgotten|idk|dunno",
    r"none|nothing|nil|tbd|\?+|n\W*a|next|help|hint|blank",
    "not answered|attempted|applicable",
    "fine|ok|okay|good|great|nice|cool|sure|whatever",
    "?please tell|show me",
    "?ich weiß|weiss ?ich ?es|das nicht",
    "keine ahnung",
    "?je ?ne sais pas",
    "no ?lo sé|se",
    "не знаю",
)
_DENIALS = (
    "none|nothing ?of|in|about ?what|all ?i|we|the|this|that|these|it ?said|say|wrote|write"
    "|following|above|statements?|sentences? ?above|below|here is|are|was|were "
    "true|correct|right|accurate",
    "all|everything|every|each ?of|that|in ?what|i|we|the|this|that|these|it ?said|say|wrote|write"
    "|following|above|statements?|sentences? ?above|below|here is|are|was|were "
    r"?all|completely|entirely|simply|just false|wrong|untrue|incorrect|nonsense|not\W+true"
    r"|not\W+correct|not\W+right",
)
_OPPOSITE = (
    "?just|exactly|precisely the opposite|contrary|reverse ?of ?what|all|this|that|it "
    "?follows|this|that is|holds|applies|was ?the true|case|so|right|correct"
)
_AFTERTHOUGHT = (
    "sorry|thanks|lol|please|yet|honestly|really|actually|at|all|about|on|of|the|this|that|it|one"
    "|these|those|answer|answers|question|questions|topic|here|now|today|how|what|why|to|for|do"
    "|is|in|my|head|haha|tbh|either|me|anything|enough|say|explain|moment|unfortunately|i|am|lost"
)


_NAME = re.compile(r"\{(\w+)\}")


def _expand(phrase: str) -> str:
    while (filled := _NAME.sub(lambda name: _LISTS[name.group(1)], phrase)) != phrase:
        phrase = filled
    words = phrase.split()
    parts: list[str] = []
    for word in words:
        if word.startswith("~"):
            parts.append(rf"(?:\w+\W+){{0,{word[1:]}}}?")
        elif word.startswith("?"):
            parts.append(rf"(?:(?:{word[1:]})\W+)?")
        else:
            parts.append(rf"(?:{word})\W+")
    return "".join(parts).removesuffix(r"\W+")


_WORDS = re.compile(r"\w+")


@cache
def _compile_markup() -> tuple[re.Pattern[str], ...]:
    """Compiled with the first answer, like all here: many a service waits for days without one."""
    return tuple(re.compile(pattern, re.IGNORECASE | re.MULTILINE) for pattern in _MARKUP)


@cache
def _compile_by_first_word() -> tuple[tuple[re.Pattern[str], re.Pattern[str]], ...]:
    return tuple(
        (
            re.compile(_expand(phrase.split()[0]), re.IGNORECASE),
            re.compile(rf"\b(?:{_expand(phrase)})\b", re.IGNORECASE),
        )
        for phrase in _TO_GRADER
    )


def addresses_grader(text: str) -> bool:
    """Tell whether a phrase or markup anywhere in a text is meant for whoever grades it.

    Each phrase begins with a word that is always there, so it is only tried at such words.
    """
    return any(pattern.search(text) for pattern in _compile_markup()) or any(
        phrase.match(text, word.start())
        for word in _WORDS.finditer(text)
        for phrase in _list_begun(word.group()[:LONGEST_WORD])
    )


@lru_cache(maxsize=20_000)
def _list_begun(word: str) -> tuple[re.Pattern[str], ...]:
    """List the phrases that a word may begin; one cut short begins what it would uncut."""
    return tuple(phrase for first, phrase in _compile_by_first_word() if first.fullmatch(word))


def denies_the_rest(text: str) -> bool:
    """Tell whether a sentence, or what stands before a colon, takes back all the others."""
    return bool(_compile_denial().search(text))


@cache
def _compile_denial() -> re.Pattern[str]:
    return re.compile(
        rf"(?:^|[.!?;\n])[^\S\n]*(?:(?:{'|'.join(map(_expand, _DENIALS))})\s*(?:[.!:;\n]|$)"
        rf"|{_expand(_OPPOSITE)}\s*:)",
        re.IGNORECASE,
    )


def says_nothing(text: str) -> bool:
    """Tell whether a whole answer says no more than that there is none."""
    return bool(_compile_no_attempt().fullmatch(text))


@cache
def _compile_no_attempt() -> re.Pattern[str]:
    said = "|".join(map(_expand, _NO_ATTEMPT))
    return re.compile(
        rf"\W*(?:(?:sorry|hm+|um+|honestly|well|oh|tbh)\W+)*(?:{said})"
        rf"(?:\W+(?:{_AFTERTHOUGHT}))*\W*",
        re.IGNORECASE,
    )
