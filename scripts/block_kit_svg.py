"""Draws Block Kit as SVG, near enough to Slack for a guide: plain boxes, text and buttons."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from html import escape
from typing import Any

Block = dict[str, Any]

WIDTH = 640
MARGIN = 16
SIZE = 14
LEADING = 1.45
INK, GREY, LINE, PAPER, TINT, GREEN, LINK = (
    "#1d1c1d",
    "#616061",
    "#c9c9c9",
    "#ffffff",
    "#f4f4f4",
    "#007a5a",
    "#1264a3",
)
SANS = "Lato, 'Helvetica Neue', Arial, sans-serif"
MONO = "Menlo, Consolas, 'DejaVu Sans Mono', monospace"
_NARROW, _WIDE = set("iljtfrI.,:;'|!()[] -"), set("mwMW@%")


def measure(content: str, size: float, *, mono: bool = False) -> float:
    """Return about how wide the text is."""
    if mono:
        return len(content) * size * 0.6
    return sum(_share(character) for character in content) * size


def _share(character: str) -> float:
    if ord(character) > 0x2000:
        return 1.25
    if character in _NARROW:
        return 0.31
    if character in _WIDE:
        return 0.88
    return 0.68 if character.isupper() else 0.55


@dataclass(frozen=True)
class Run:
    """A piece of text in one style."""

    text: str
    size: float = SIZE
    bold: bool = False
    italic: bool = False
    mono: bool = False
    ink: str = INK

    @property
    def width(self) -> float:
        """About how wide it is."""
        return measure(self.text, self.size, mono=self.mono) * (1.06 if self.bold else 1)


@dataclass
class Canvas:
    """Shapes below one another; `y` is where the next one begins."""

    left: float = MARGIN
    right: float = WIDTH - MARGIN
    y: float = MARGIN
    shapes: list[str] = field(default_factory=list)

    def box(self, y: float, width: float, height: float, **look: str) -> None:
        """Draw a rounded box at the left."""
        style = {"fill": PAPER, "stroke": LINE, **look}
        words = " ".join(f'{name}="{value}"' for name, value in style.items())
        self.shapes.append(
            f'<rect x="{self.left:.0f}" y="{y:.0f}" width="{width:.0f}" height="{height:.0f}" '
            f'rx="6" {words}/>'
        )

    def put(self, x: float, y: float, run: Run) -> None:
        """Write a piece of text with its baseline at y."""
        look = f'font-family="{MONO if run.mono else SANS}" font-size="{run.size:g}"'
        look += ' font-weight="bold"' if run.bold else ""
        look += ' font-style="italic"' if run.italic else ""
        if len(run.text) > 1:  # the same width in whatever font there is
            look += f' textLength="{run.width:.0f}" lengthAdjust="spacingAndGlyphs"'
        self.shapes.append(
            f'<text x="{x:.0f}" y="{y:.0f}" fill="{run.ink}" {look} xml:space="preserve">'
            f"{escape(run.text)}</text>"
        )

    def write(self, runs: Sequence[Run], *, after: float = 4) -> None:
        """Write runs as a paragraph, wrapped at words."""
        for line in wrap(runs, self.right - self.left):
            height = max((run.size for run in line), default=SIZE) * LEADING
            x = self.left
            for run in line:
                self.put(x, self.y + height * 0.75, run)
                x += run.width
            self.y += height
        self.y += after


def wrap(runs: Sequence[Run], width: float) -> Iterator[list[Run]]:
    """Yield lines; breaks in the text are kept."""
    line: list[Run] = []
    used = 0.0
    for run in runs:
        for number, part in enumerate(run.text.split("\n")):
            if number:
                yield line
                line, used = [], 0.0
            for word in _split_words(part):
                piece = replace(run, text=word)
                if line and used + piece.width > width:
                    yield line
                    line, used = [], 0.0
                used += piece.width
                if line and replace(line[-1], text="") == replace(run, text=""):
                    piece = replace(run, text=line.pop().text + word)
                line.append(piece)
    if line:
        yield line


def _split_words(content: str) -> Iterator[str]:
    start = 0
    for at, character in enumerate(content):
        if character == " ":
            yield content[start : at + 1]
            start = at + 1
    if start < len(content):
        yield content[start:]


def draw_blocks(canvas: Canvas, blocks: Sequence[Block]) -> None:
    """Draw a message's or a view's blocks."""
    for block in blocks:
        _BLOCKS[block["type"]](canvas, block)


def _draw_header(canvas: Canvas, block: Block) -> None:
    canvas.write([Run(block["text"]["text"], 18, bold=True)])


def _draw_section(canvas: Canvas, block: Block) -> None:
    canvas.write([Run(block["text"]["text"])])


def _draw_context(canvas: Canvas, block: Block) -> None:
    canvas.write([Run(each.get("text", ""), 12, ink=GREY) for each in block["elements"]])


def _draw_divider(canvas: Canvas, block: Block) -> None:
    canvas.box(canvas.y + 6, canvas.right - canvas.left, 0, stroke=LINE)
    canvas.y += 14


def _draw_rich(canvas: Canvas, block: Block) -> None:
    for element in block["elements"]:
        kind = element["type"]
        if kind == "rich_text_preformatted":
            _draw_code(canvas, "".join(run.get("text", "") for run in element["elements"]))
        elif kind == "rich_text_list":
            for number, item in enumerate(element["elements"], start=1):
                mark = f"{number}. " if element["style"] == "ordered" else "•  "
                canvas.left += 20
                canvas.put(canvas.left - 16, canvas.y + SIZE * LEADING * 0.75, Run(mark))
                canvas.write(_read_runs(item["elements"]))
                canvas.left -= 20
        else:
            canvas.write(_read_runs(element["elements"]))


def _read_runs(elements: Sequence[Block]) -> list[Run]:
    runs = []
    for element in elements:
        style = element.get("style", {})
        code = bool(style.get("code"))
        words = element.get("text") or element.get("url") or f":{element.get('name', '')}:"
        if element["type"] == "channel":
            words = "#general"
        ink = LINK if element["type"] in ("link", "channel") else "#c01343" if code else INK
        size = SIZE - 1 if code else SIZE
        bold, italic = bool(style.get("bold")), bool(style.get("italic"))
        runs.append(Run(words, size, bold, italic, code, ink))
    return runs


def _draw_code(canvas: Canvas, code: str) -> None:
    lines = code.split("\n")
    height = len(lines) * 12 * LEADING + 12
    canvas.box(canvas.y, canvas.right - canvas.left, height, fill=TINT)
    for number, line in enumerate(lines):
        baseline = canvas.y + 6 + (number + 0.75) * 12 * LEADING
        canvas.put(canvas.left + 8, baseline, Run(line, 12, mono=True))
    canvas.y += height + 8


def _draw_actions(canvas: Canvas, block: Block) -> None:
    start = canvas.left
    for element in block["elements"]:
        label = Run(element["text"]["text"], 13, bold=True)
        if canvas.left + label.width + 24 > canvas.right:
            canvas.left = start
            canvas.y += 38
        canvas.box(canvas.y + 2, label.width + 24, 30)
        canvas.put(canvas.left + 12, canvas.y + 22, label)
        canvas.left += label.width + 34
    canvas.left = start
    canvas.y += 42


def _draw_input(canvas: Canvas, block: Block) -> None:
    optional = " (optional)" if block.get("optional") else ""
    label = [Run(block["label"]["text"], bold=True), Run(optional, ink=GREY)]
    canvas.write(label)
    element = block["element"]
    height = 84 if element.get("multiline") else 34
    canvas.box(canvas.y, canvas.right - canvas.left, height)
    shown, ink = _read_element(element)
    canvas.put(canvas.left + 10, canvas.y + 22, Run(shown, ink=ink))
    if element["type"] != "plain_text_input":
        canvas.put(canvas.right - 22, canvas.y + 22, Run("▾", ink=GREY))
    canvas.y += height + 4
    if "hint" in block:
        canvas.write([Run(block["hint"]["text"], 12, ink=GREY)])
    canvas.y += 8


def _read_element(element: Block) -> tuple[str, str]:
    """Return what a field shows, and its colour: a value, or words where there is none."""
    for name in ("initial_value", "initial_time", "initial_date"):
        if element.get(name):
            return str(element[name]), INK
    if "initial_option" in element:
        return str(element["initial_option"]["text"]["text"]), INK
    if element.get("default_to_current_conversation") or element.get("initial_conversation"):
        return "# general", INK
    return str(element.get("placeholder", {}).get("text", "")), GREY


def _draw_image(canvas: Canvas, block: Block) -> None:
    """The picture itself where it is at hand, or else what it shows."""
    data = block.get("data")
    if not data:
        canvas.box(canvas.y, canvas.right - canvas.left, 60, fill=TINT)
        canvas.put(canvas.left + 10, canvas.y + 35, Run(block["alt_text"][:80], 12, ink=GREY))
        canvas.y += 70
        return
    width, height = block["size"]
    shown = min(width, canvas.right - canvas.left)
    canvas.shapes.append(
        f'<image x="{canvas.left:.0f}" y="{canvas.y:.0f}" width="{shown:.0f}" '
        f'height="{height * shown / width:.0f}" href="data:image/png;base64,{data}"/>'
    )
    canvas.y += height * shown / width + 10


_BLOCKS: dict[str, Callable[[Canvas, Block], None]] = {
    "header": _draw_header,
    "section": _draw_section,
    "context": _draw_context,
    "divider": _draw_divider,
    "rich_text": _draw_rich,
    "actions": _draw_actions,
    "input": _draw_input,
    "image": _draw_image,
}


def draw_message(canvas: Canvas, blocks: Sequence[Block], *, note: str = "") -> None:
    """Draw a message of the bot; `note` stands above it, such as who alone sees it."""
    left = canvas.left
    canvas.left = left + 48
    if note:
        canvas.write([Run(note, 12, ink=GREY)])
    canvas.left = left
    canvas.box(canvas.y + 2, 36, 36, fill="#05665b", stroke="none")
    canvas.put(left + 9, canvas.y + 25, Run("FQ", 13, bold=True, ink=PAPER))
    canvas.left = left + 48
    canvas.write([Run("FastAPI Quiz", 15, bold=True), Run("   APP   9:00", 12, ink=GREY)])
    draw_blocks(canvas, blocks)
    canvas.left = left
    canvas.y += 10


def draw_modal(canvas: Canvas, view: Block) -> None:
    """Draw a form."""
    frame = len(canvas.shapes)
    canvas.left, canvas.right = MARGIN + 80, WIDTH - MARGIN - 80
    top, canvas.y = canvas.y, canvas.y + 14
    canvas.left += 20
    canvas.right -= 20
    canvas.write([Run(view["title"]["text"], 18, bold=True)], after=12)
    draw_blocks(canvas, view["blocks"])
    canvas.left = canvas.right - 150
    canvas.box(canvas.y, 66, 32)
    canvas.put(canvas.left + 11, canvas.y + 21, Run(view["close"]["text"], 13, bold=True))
    canvas.left = canvas.right - 70
    canvas.box(canvas.y, 70, 32, fill=GREEN, stroke=GREEN)
    canvas.put(canvas.left + 18, canvas.y + 21, Run(view["submit"]["text"], 13, True, ink=PAPER))
    canvas.y += 48
    canvas.left = MARGIN + 80
    canvas.right += 20
    canvas.box(top, canvas.right - canvas.left, canvas.y - top)
    canvas.shapes.insert(frame, canvas.shapes.pop())


def draw_home(canvas: Canvas, view: Block) -> None:
    """Draw the app's Home tab."""
    tabs = [Run("Home", 13, bold=True, ink=LINK), Run("     Messages     About", 13, ink=GREY)]
    canvas.write(tabs, after=10)
    draw_blocks(canvas, view["blocks"])


def finish(canvas: Canvas, title: str) -> str:
    """Return the whole picture; the title is for whoever can't see it."""
    height = canvas.y + MARGIN
    shapes = "\n".join(canvas.shapes)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}" '
        f'width="{WIDTH}" height="{height:.0f}" role="img" aria-label="{escape(title)}">\n'
        f'<title>{escape(title)}</title>\n<rect width="100%" height="100%" fill="{PAPER}"/>\n'
        f"{shapes}\n</svg>\n"
    )
