"""Names in all scripts: what the program's font writes, what the machine's do, what none can."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageOps

from bot.domain.pictures import BarsPicture
from bot.pictures import Theme, draw_picture, letters
from bot.pictures.canvas import MARGIN, TEXT, Canvas
from bot.pictures.drawing import draw_png
from bot.pictures.letters import OTHERS, fit_text, measure_text

SHIPPED = files("bot.pictures").joinpath("fonts/DejaVuSansCondensed.ttf").read_bytes()
Install = Callable[[bytes], None]


@pytest.fixture(autouse=True)
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """A machine without fonts, and a way to install one."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setenv("XDG_DATA_DIRS", str(tmp_path))

    def forget() -> None:
        for cached in (letters.load_font, letters._find_others, letters._choose_font, draw_png):
            cached.cache_clear()

    def put(font: bytes) -> None:
        (tmp_path / "fonts" / "cjk").mkdir(parents=True)
        (tmp_path / "fonts" / "cjk" / OTHERS[-1]).write_bytes(font)
        forget()

    forget()
    yield put
    forget()


def make_font(sign: str, like: str) -> bytes:
    """Return the font that ships, but that one sign alone, which looks like another."""
    font = bytearray(SHIPPED)
    glyph = 34 + ord(like) - ord("A")  # in this font's order A is the 34th, then as in ASCII
    group = struct.pack(">LLL", ord(sign), ord(sign), glyph)
    table = struct.pack(">HHHHLHHLLL", 0, 1, 3, 10, 12, 12, 0, 16 + len(group), 0, 1) + group
    (count,) = struct.unpack(">H", font[4:6])
    for entry in range(12, 12 + 16 * count, 16):
        if font[entry : entry + 4] == b"cmap":
            font[entry + 8 : entry + 16] = struct.pack(">LL", len(font), len(table))
    return bytes(font) + table


def draw_line(text: str, anchor: str = "la") -> Image.Image:
    canvas = Canvas(80, Theme.LIGHT)
    at = (MARGIN if anchor[0] == "l" else 400, 20)
    canvas.write(at, text, TEXT, canvas.palette.ink, anchor)
    return canvas.image


def find_ink(image: Image.Image) -> tuple[int, int, int, int]:
    """Return the edges of what is written."""
    found = ImageOps.invert(image).getbbox()
    assert found is not None
    return found


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200))
def test_any_name_can_be_drawn(name: str) -> None:
    assert measure_text(fit_text(name, TEXT, 300), TEXT) <= 300
    bars = BarsPicture("leaderboard", name, ((name, 1.0, "1 point"),))
    assert draw_picture(bars, Theme.DARK) is not None


@pytest.mark.parametrize("name", ["José", "Łukasz", "Иван", "Ωμέγα", "محمد", "Việt", "א ב"])
def test_names_in_many_scripts_are_written(name: str) -> None:
    assert fit_text(name, TEXT, 700) == name


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("2. 王小明", "2. …"),
        ("3. 田中 太郎", "3. …"),
        ("Ana 王 B", "Ana … B"),
        ("👍🏽 Zoe", "Zoe"),
        ("a\u200bb", "ab"),
        ("𝕱𝖆𝖓𝖈𝖞 Ｚｏｅ", "Fancy Zoe"),
    ],
)
def test_letters_that_no_font_has_are_written_plainly_or_leave_a_mark(
    name: str, written: str
) -> None:
    assert fit_text(name, TEXT, 700) == written


@pytest.mark.parametrize("anchor", ["la", "lm", "ra"])
def test_a_font_of_the_machine_writes_what_the_program_s_lacks(
    install: Install, anchor: str
) -> None:
    install(make_font("田", like="H"))
    assert fit_text("2. Ana 田", TEXT, 700) == "2. Ana 田"
    mixed, plain = (find_ink(draw_line(f"2. Ana {last}", anchor)) for last in "田H")
    assert max(abs(one - other) for one, other in zip(mixed, plain, strict=True)) <= 1
    assert fit_text("2. Ana 中", TEXT, 700) == "2. Ana …"


def test_a_font_that_is_broken_is_none(install: Install) -> None:
    install(b"no font")
    assert fit_text("2. 田", TEXT, 700) == "2. …"


@pytest.mark.parametrize("name", ["محمد", "שלום"])
def test_a_name_from_right_to_left_stays_behind_its_rank(name: str) -> None:
    left = (0, 0, MARGIN + int(measure_text("3.", TEXT)), 80)
    assert draw_line(f"3. {name}").crop(left) == draw_line("3.").crop(left)
