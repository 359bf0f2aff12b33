"""Counts made from our own questions by `scripts/make_grading_tables.py`."""

from __future__ import annotations

import json
import math
from collections import defaultdict
from functools import lru_cache
from importlib.resources import files
from typing import Any

from bot.grading.text import Token, stem_word
from bot.grading.words import COMMON_WORDS

RAREST = 1.0
COMMONEST = 0.3


@lru_cache(maxsize=1)
def _load_tables() -> dict[str, Any]:
    text = files("bot.grading").joinpath("tables.json").read_text("utf-8")
    return dict(json.loads(text))


@lru_cache(maxsize=1)
def load_relatives() -> dict[str, frozenset[str]]:
    """Give for a stem the stems that may stand for it: a line of `families.txt` is a family."""
    return _load_groups("families.txt")


@lru_cache(maxsize=1)
def load_opposites() -> dict[str, frozenset[str]]:
    """Give for a stem the stems that deny it: a line of `opposites.txt` is a pair."""
    groups = _load_groups("opposites.txt")
    return {stem: others - {stem} for stem, others in groups.items()}


def _load_groups(name: str) -> dict[str, frozenset[str]]:
    groups: dict[str, set[str]] = defaultdict(set)
    for line in files("bot.grading").joinpath(name).read_text("utf-8").splitlines():
        stems = {stem_word(word) for word in line.split()}
        for stem in stems:
            groups[stem] |= stems
    return {stem: frozenset(others) for stem, others in groups.items()}


def rarity_of(token: Token) -> float:
    """Say how much a content word tells, from 0.3 (in every question) to 1 (in few or none)."""
    if token.word in COMMON_WORDS:
        return COMMONEST
    documents = int(_load_tables()["documents"])
    frequency = int(_load_tables()["frequencies"].get(token.stem, 0))
    if documents < 2 or frequency < 2:
        return RAREST
    share = math.log(documents / frequency) / math.log(documents)
    return COMMONEST + (RAREST - COMMONEST) * share
