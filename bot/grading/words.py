"""Closed classes of English words and families of computing words that stand for one another.

Written by hand. What can be counted instead is in `tables.json`.
"""

from __future__ import annotations


def _split(words: str) -> frozenset[str]:
    return frozenset(words.split())


DETERMINERS = _split(
    "a an the this that these those its their his her our your my each every some any no"
)
PREPOSITIONS = _split(
    "of in on at by for with from to into onto over under between through during before after "
    "about against via per within without upon across as than like until since among"
)
CONJUNCTIONS = _split(
    "and or but nor so because if when while although though whereas unless that whether "
    "then once where"
)
PRONOUNS = _split(
    "i you he she it we they me him us them itself themselves yourself something anything "
    "everything nothing someone anyone one ones who whom whose which what there here"
)
AUXILIARIES = _split(
    "be is am are was were been being do does did done doing have has had having can could will "
    "would shall should may might must isn't aren't wasn't weren't don't doesn't didn't haven't "
    "hasn't hadn't can't cannot couldn't won't wouldn't shouldn't it's that's you're they're "
    "we're i'm there's let's isnt arent wasnt dont doesnt didnt cant wont"
)
ADVERBS = _split(
    "not n't very also just only too more most much many such same other both all few own even "
    "still again how why rather quite already either neither never always often usually well "
    "less least however therefore thus etc e.g i.e eg ie yes"
)

FUNCTION_WORDS = DETERMINERS | PREPOSITIONS | CONJUNCTIONS | PRONOUNS | AUXILIARIES | ADVERBS

NEGATORS = _split(
    "not no never none nor neither nothing nobody nowhere cannot cant dont doesnt didnt isnt "
    "arent wasnt wont hardly false untrue incorrect wrong wrongly falsely incorrectly"
)
"""Words that turn a statement round; so does any word in n't."""

SOFT_NEGATORS = _split(
    "without avoid avoids avoided avoiding prevent prevents prevented preventing lack lacks "
    "lacking unlike unable fail fails failed instead except unless un less few only rather "
    "neither nor but eliminate eliminates remove removes stop stops impossible independent "
    "unnecessary skip skips omit omits disable disables missing empty zero free"
)
"""Words that carry a negation in one wording and are gone in another: with them on either
side a different number of negators proves nothing."""

COMMON_WORDS = _split(
    "use used using uses make makes made making thing things way ways able allow allows allowed "
    "example different difference one two three first second last new get gets getting got give "
    "gives given giving take takes taken need needs needed want work works part parts kind type "
    "types case cases time times go goes going come comes keep keeps put set sets let help helps "
    "good better best bad great big large small long short main important useful simple easy "
    "mean means called call calls calling know known see look find found show shows say says "
    "said people person place point end start number lot lots certain general basically "
    "actually simply really usually often normally typically generally various several "
    "possible always whole another every done without within following refer refers allow "
    "provide provides provided include includes included contain contains based become becomes "
    "happen happens order result results specific particular instead together itself"
)
"""Words that say little in an answer about anything."""
