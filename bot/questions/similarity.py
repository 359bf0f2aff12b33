"""Which questions say nearly the same.

The measure is the cosine of two tf-idf vectors over the words of title, prompt, key points
and choices (Salton and Buckley 1988: (1 + log tf) · log(n / df), each vector of length 1). 0 is
nothing in common, 1 the same words.

Comparing each with each would take minutes for 10,000 questions. So words are put in one order,
rare ones first, and of each vector only as many are looked up as leave a rest shorter than the
threshold. Two vectors that share none of these have a cosine below it (prefix filtering:
Chaudhuri, Ganti and Kaushik 2006; Bayardo, Ma and Srikant 2007): nothing is missed.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import accumulate

from bot.domain.question import Question

NEAR_DUPLICATE = 0.6
_WORD = re.compile(r"[a-z_][a-z0-9_]+|[0-9]+")
Vector = Mapping[str, float]


def find_near_duplicates(
    questions: Sequence[Question],
    threshold: float = NEAR_DUPLICATE,
    on_progress: Callable[[float], None] = lambda _: None,
) -> Iterator[tuple[Question, Question, float]]:
    """Yield each question that is near an earlier one, behind the nearest, with the similarity.

    A question that was yielded is not compared with later ones: of many that are alike, all
    but the first are found, each once. `on_progress` is told the share (0..1) that is done.
    """
    first: dict[frozenset[tuple[str, int]], Question] = {}
    different: list[tuple[Question, Counter[str]]] = []
    for question in questions:
        counts = _count_words(question)
        other = first.setdefault(frozenset(counts.items()), question)
        if other is question:
            different.append((question, counts))
        else:
            yield other, question, 1.0
    vectors = _weigh_words([counts for _, counts in different])
    for at, nearest, similarity in _find_near(vectors, threshold, on_progress):
        yield different[nearest][0], different[at][0], similarity


def _find_near(
    vectors: Sequence[Vector], threshold: float, on_progress: Callable[[float], None]
) -> Iterator[tuple[int, int, float]]:
    holders = Counter(word for vector in vectors for word in vector)
    sets = [frozenset(vector) for vector in vectors]
    fewest = [_count_fewest(vector, threshold) for vector in vectors]
    kept: defaultdict[str, list[int]] = defaultdict(list)
    for at, vector in enumerate(vectors):
        words = _take_rare(vector, holders, threshold)
        candidates = set().union(*(kept[word] for word in words))
        own, least = sets[at], fewest[at]
        similarity, nearest = max(
            (
                (sum(vector[word] * vectors[other][word] for word in common), -other)
                for other in candidates
                if len(common := own & sets[other]) >= least and len(common) >= fewest[other]
            ),
            default=(0.0, 0),
        )
        if similarity >= threshold:
            yield at, -nearest, similarity
        else:
            for word in words:
                kept[word].append(at)
        on_progress((at + 1) / len(vectors))


def _take_rare(vector: Vector, holders: Mapping[str, int], threshold: float) -> list[str]:
    """Return the rarest words of a vector, so many that the rest is shorter than the threshold."""
    rare: list[str] = []
    rest = sum(weight * weight for weight in vector.values())
    for word in sorted(vector, key=lambda word: (holders[word], word)):
        if rest < threshold * threshold:
            break
        rare.append(word)
        rest -= vector[word] ** 2
    return rare


def _count_fewest(vector: Vector, threshold: float) -> int:
    """Return how many words another vector must share at least to reach the threshold."""
    squares = sorted((weight * weight for weight in vector.values()), reverse=True)
    sums = accumulate(squares)
    enough = threshold * threshold
    return next((at for at, total in enumerate(sums, 1) if total >= enough), len(squares))


def find_nearest(question: Question, others: Sequence[Question]) -> Question | None:
    """Return the one of the others that is nearest, if it is a near duplicate."""
    own, *vectors = _weigh_words([_count_words(each) for each in (question, *others)])
    nearness = [
        sum(weight * vector.get(word, 0.0) for word, weight in own.items()) for vector in vectors
    ]
    best = max(range(len(others)), key=nearness.__getitem__, default=None)
    return others[best] if best is not None and nearness[best] >= NEAR_DUPLICATE else None


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
