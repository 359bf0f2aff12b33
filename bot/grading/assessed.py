"""From a model's word on an answer to a grade: nothing is taken on trust.

Evidence must stand in the answer, and the score comes from the weights of the key points.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from bot.domain.assessment import Assessment, Judged
from bot.domain.grading import Grade, PointVerdict, Verdict, band_of
from bot.domain.question import KeyPoint

FAR = 0.5
"""A score this far from the embedded grader's is asked for once more."""
SHORTEST_EVIDENCE = 3
"""Letters and digits; fewer stand in nearly every answer and prove nothing."""
LONGEST_SENTENCE = 300
LONGEST_EVIDENCE = 280
_CREDIT = {Verdict.MET: 1.0, Verdict.PARTIAL: 0.5, Verdict.MISSING: 0.0, Verdict.WRONG: 0.0}
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]+")


def check_evidence(points: Sequence[KeyPoint], said: Assessment, answer: str) -> list[Judged]:
    """Give a verdict for each point; what the answer does not bear out is missing."""
    folded = _fold(answer)
    return [_check(said.points.get(place), folded) for place in range(len(points))]


def _check(judged: Judged | None, answer: str) -> Judged:
    if judged is None or judged.verdict is Verdict.MISSING:
        return Judged(Verdict.MISSING)
    if is_evidence(judged.evidence, answer):
        return judged
    return Judged(Verdict.WRONG if judged.verdict is Verdict.WRONG else Verdict.MISSING)


def is_evidence(evidence: str, folded_answer: str) -> bool:
    """Tell whether the words stand in the answer, case and white space folded."""
    folded = _fold(evidence)
    if sum(map(str.isalnum, folded)) < SHORTEST_EVIDENCE and folded != folded_answer:
        return False
    return bool(folded) and folded in folded_answer


def _fold(text: str) -> str:
    return " ".join(text.casefold().split())


def score_verdicts(points: Sequence[KeyPoint], judged: Sequence[Judged]) -> float:
    """Average the credit of the points by their weights: 0..1."""
    weights = [max(point.weight, 0.0) for point in points]
    if not sum(weights):
        weights = [1.0] * len(points)
    credit = (_CREDIT[each.verdict] for each in judged)
    made = sum(weight * share for weight, share in zip(weights, credit, strict=True))
    return made / sum(weights) if weights else 0.0


def turn_around(points: Mapping[int, Judged], count: int) -> dict[int, Judged]:
    """Renumber verdicts that were asked for with the points in reverse."""
    return {count - 1 - place: judged for place, judged in points.items()}


def join_verdicts(first: Sequence[Judged], second: Sequence[Judged]) -> list[Judged]:
    """Make one verdict of two on each point, as their mean credit has it."""
    return [_join(*pair) for pair in zip(first, second, strict=True)]


def _join(first: Judged, second: Judged) -> Judged:
    surer, other = sorted((first, second), key=lambda each: _CREDIT[each.verdict], reverse=True)
    credit = (_CREDIT[first.verdict] + _CREDIT[second.verdict]) / 2
    if credit >= 0.75:
        return Judged(Verdict.MET, surer.evidence)
    return Judged(Verdict.PARTIAL, surer.evidence) if credit else other


def make_grade(
    points: Sequence[KeyPoint],
    judged: Sequence[Judged],
    score: float,
    said: Assessment,
    grader: str,
) -> Grade:
    """Put it together: `score` is 0..1, `said` gives the sentences."""
    verdicts = tuple(
        PointVerdict(point.text, each.verdict, _cut(each.evidence, LONGEST_EVIDENCE))
        for point, each in zip(points, judged, strict=True)
    )
    score = round(min(1.0, max(0.0, score)), 4)
    return Grade(score, band_of(score), verdicts, None, grader, write_sentences(said))


def write_sentences(said: Assessment) -> str:
    """Join the two sentences of feedback, and the first factual error if there is one."""
    parts = [_cut(said.strongest, LONGEST_SENTENCE), _cut(said.to_add, LONGEST_SENTENCE)]
    if said.errors:
        parts.append(f"Look again at this: {_cut(said.errors[0], LONGEST_SENTENCE)}")
    return " ".join(_end(part) for part in parts if part)


def _cut(text: str, length: int) -> str:
    plain = " ".join(_UNSEEN.sub(" ", text).split())
    return plain if len(plain) <= length else plain[: length - 1].rstrip() + "…"


def _end(sentence: str) -> str:
    return sentence if sentence[-1] in ".!?…" else f"{sentence}."
