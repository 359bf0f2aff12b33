"""Which font writes what: the one that ships with the program, or else one of the machine."""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import lru_cache
from importlib.resources import files
from itertools import groupby

from PIL import ImageFont, features

OTHERS = (
    "NotoSansCJK-Regular.ttc",
    "DroidSansFallbackFull.ttf",
    "wqy-microhei.ttc",
    "wqy-zenhei.ttc",
    "unifont.otf",
    "Arial Unicode.ttf",
    "msyh.ttc",
)
"""Fonts with many scripts, as systems and their packages call the files; Pillow knows where."""
DIRECTION = "ltr" if features.check("fribidi") else None
"""Of a line as a whole: a name of right-to-left letters must not turn its rank around."""
_ANY_SIZE = 23
_GAPS = re.compile("…(?: ?…)+")


@lru_cache(maxsize=16)
def load_font(size: int, number: int = 0) -> ImageFont.FreeTypeFont:
    """Return a font in that size: the one that ships, or the machine's of that number from 1."""
    if number:
        return ImageFont.truetype(_find_others()[number - 1], size)
    font = files("bot.pictures").joinpath("fonts/DejaVuSansCondensed.ttf").read_bytes()
    return ImageFont.truetype(io.BytesIO(font), size)


@lru_cache(maxsize=1)
def _find_others() -> tuple[str, ...]:
    """Return where the machine's fonts lie; asked for once a name needs one."""
    found = []
    for name in OTHERS:
        with suppress(OSError):
            found.append(str(ImageFont.truetype(name).path))
    return tuple(found)


def split_runs(text: str, size: int) -> Iterator[tuple[ImageFont.FreeTypeFont, str]]:
    """Yield the parts of a text, each with the font that writes it."""
    for number, signs in groupby(text, lambda sign: _choose_font(sign) or 0):
        yield load_font(size, number), "".join(signs)


def measure_text(text: str, size: int) -> float:
    """Return how many pixels wide a text is."""
    return sum(font.getlength(run) for font, run in split_runs(text, size))


def fit_text(text: str, size: int, room: float) -> str:
    """Return what the fonts can write of a text, shortened to so many pixels.

    A letter in fancy dress is written plainly where no font has it. Where letters had to be left
    out, an ellipsis says so.
    """
    known = "".join(map(_undress, unicodedata.normalize("NFC", text)))
    runs = groupby(known, lambda sign: _choose_font(sign) is not None)
    written = ("".join(signs) if can else _leave_out(signs) for can, signs in runs)
    plain = _GAPS.sub("…", " ".join("".join(written).split()))
    if measure_text(plain, size) <= room:
        return plain
    end = len(plain)
    while end and measure_text(f"{plain[:end].rstrip()}…", size) > room:
        end -= 1
    return f"{plain[:end].rstrip()}…"


def _undress(sign: str) -> str:
    return sign if _choose_font(sign) is not None else unicodedata.normalize("NFKC", sign)


def _leave_out(signs: Iterable[str]) -> str:
    return "…" if any(map(str.isalnum, signs)) else ""


@lru_cache(maxsize=4096)
def _choose_font(sign: str) -> int | None:
    """Return the number of the first font that has the sign, None where there is none; what moves
    the writing's direction is no sign."""
    if sign.isspace():
        return 0
    if not sign.isprintable():
        return None
    if _has(0, sign):
        return 0
    return next((n for n in range(1, len(_find_others()) + 1) if _has(n, sign)), None)


def _has(number: int, sign: str) -> bool:
    font = load_font(_ANY_SIZE, number)
    return bytes(font.getmask(sign)) != bytes(font.getmask("\uffff"))
