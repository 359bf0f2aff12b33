"""Counts made from our own questions by `scripts/make_grading_tables.py`."""

from __future__ import annotations

import json
import math
from functools import lru_cache
from importlib.resources import files

from bot.grading.text import Token
from bot.grading.words import COMMON_WORDS

RAREST = 1.0
COMMONEST = 0.3


@lru_cache(maxsize=1)
def _load() -> tuple[int, dict[str, int]]:
    held = json.loads(files("bot.grading").joinpath("tables.json").read_text("utf-8"))
    return int(held["documents"]), dict(held["frequencies"])


def rarity_of(token: Token) -> float:
    """Say how much a content word tells, from 0.3 (in every question) to 1 (in few or none)."""
    if token.word in COMMON_WORDS:
        return COMMONEST
    documents, frequencies = _load()
    frequency = frequencies.get(token.stem, 0)
    if documents < 2 or frequency < 2:
        return RAREST
    share = math.log(documents / frequency) / math.log(documents)
    return COMMONEST + (RAREST - COMMONEST) * share
