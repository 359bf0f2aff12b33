"""Which questions say nearly the same.

The measure is the cosine of two tf-idf vectors over the words of title, prompt, key points
and choices (Salton and Buckley 1988: (1 + log tf) · log(n / df), each vector of length 1). 0 is
nothing in common, 1 the same words.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from bot.domain.question import Question

NEAR_DUPLICATE = 0.6
_WORD = re.compile(r"[a-z_][a-z0-9_]+|[0-9]+")


def find_near_duplicates(
    questions: Sequence[Question], threshold: float = NEAR_DUPLICATE
) -> Iterator[tuple[Question, Question, float]]:
    """Yield each pair of questions at least as near as the threshold, with its similarity."""
    vectors = _weigh_words([_count_words(question) for question in questions])
    holders: defaultdict[str, list[tuple[int, float]]] = defaultdict(list)
    for at, vector in enumerate(vectors):
        nearness: defaultdict[int, float] = defaultdict(float)
        for word, weight in vector.items():
            for other, other_weight in holders[word]:
                nearness[other] += weight * other_weight
            holders[word].append((at, weight))
        for other, similarity in sorted(nearness.items()):
            if similarity >= threshold:
                yield questions[other], questions[at], similarity


def find_nearest(
    question: Question, others: Sequence[Question], threshold: float = NEAR_DUPLICATE
) -> Question | None:
    """Return the one of the others that is nearest, if it is as near as the threshold."""
    own, *vectors = _weigh_words([_count_words(each) for each in (question, *others)])
    nearness = [
        sum(weight * vector.get(word, 0.0) for word, weight in own.items()) for vector in vectors
    ]
    best = max(range(len(others)), key=nearness.__getitem__, default=None)
    return others[best] if best is not None and nearness[best] >= threshold else None


def _count_words(question: Question) -> Counter[str]:
    texts = [question.title, question.prompt]
    texts += [point.text for point in question.key_points]
    texts += [choice.text for choice in question.choices]
    return Counter(_WORD.findall("\n".join(texts).lower()))


def _weigh_words(counts: Sequence[Counter[str]]) -> list[dict[str, float]]:
    holders = Counter(word for count in counts for word in count)
    total = len(counts)
    weighed = [
        {
            word: (1 + math.log(times)) * math.log(total / holders[word])
            for word, times in count.items()
            if holders[word] < total
        }
        for count in counts
    ]
    return [_normalise(vector) for vector in weighed]


def _normalise(vector: dict[str, float]) -> dict[str, float]:
    length = math.sqrt(sum(weight * weight for weight in vector.values()))
    return {word: weight / length for word, weight in vector.items()} if length else {}
