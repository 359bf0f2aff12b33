"""The files of a pack: which they are, and reading them without trusting them."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from bot.errors import PackError, PackFault

MAX_FILE_BYTES = 64 * 1024
MAX_FILES = 20_000
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
PACK_FILE = "pack.toml"
PACKS = Path(__file__).parent / "packs"


def shipped_packs() -> dict[str, Path]:
    """Return the folders of the packs that come with the program, by name."""
    return {path.name: path for path in sorted(PACKS.iterdir()) if (path / PACK_FILE).is_file()}


def find_question_files(folder: Path) -> tuple[Path, ...]:
    """Return every question file of a pack in a stable order; raises PackError if there is none.

    All `.md` files count, at any depth, but README.md and hidden ones.
    """
    if not folder.is_dir():
        raise PackError([PackFault(str(folder), 1, "There is no such folder.", "Check the path.")])
    found = [
        path
        for path in sorted(folder.rglob("*.md"))
        if path.name.lower() != "readme.md" and not _is_hidden(path.relative_to(folder))
    ]
    if not found:
        problem, mend = "The folder holds no question.", "Add one: `fastapi-quiz questions new ID`."
        raise PackError([PackFault(str(folder), 1, problem, mend)])
    if len(found) > MAX_FILES:
        problem, mend = f"{len(found)} files are too many.", f"Split the pack at {MAX_FILES}."
        raise PackError([PackFault(str(folder), 1, problem, mend)])
    return tuple(found)


def _is_hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


def read_text(path: Path, max_bytes: int = MAX_FILE_BYTES) -> str | PackFault:
    """Read a small UTF-8 text file with any line ends; a fault says why it can't be read."""
    try:
        if path.exists() and not path.is_file():  # opening a pipe would wait for its other end
            problem, mend = "This is no ordinary file.", "Take it out of the folder."
            return PackFault(str(path), 1, problem, mend)
        with path.open("rb") as file:
            raw = file.read(max_bytes + 1)
    except OSError as error:
        return PackFault(str(path), 1, f"The file can't be read: {error.strerror}.", "Mend that.")
    return decode_text(raw, str(path), max_bytes)


def decode_text(raw: bytes, file: str, max_bytes: int) -> str | PackFault:
    """Turn bytes into text, or say why they are none."""
    if len(raw) > max_bytes:
        return PackFault(
            file, 1, f"The file is larger than {_show_size(max_bytes)}.", "Split or shorten it."
        )
    if not raw.strip():
        return PackFault(file, 1, "The file is empty.", "Fill it or delete it.")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        return PackFault(file, line, "The file is not UTF-8 text.", "Save it as UTF-8.")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _find_control_character(text, file) or text


def _show_size(size: int) -> str:
    kilobytes = size // 1024
    return f"{kilobytes // 1024} MB" if kilobytes >= 1024 else f"{kilobytes} KB"


def _find_control_character(text: str, file: str) -> PackFault | None:
    found = CONTROL.search(text)
    if found is None:
        return None
    line = text.count("\n", 0, found.start()) + 1
    problem = f"A control character (U+{ord(found[0]):04X}) stands here."
    return PackFault(file, line, problem, "Delete it; a question is plain text.")


def pack_digest(folder: Path) -> str:
    """Return a short hash of the names and bytes of all that a pack is made of."""
    digest = hashlib.blake2b(digest_size=16)
    extra = [path for path in [folder / PACK_FILE] if path.is_file()]
    for path in [*extra, *find_question_files(folder)]:
        content = path.read_bytes()
        digest.update(f"{path.relative_to(folder).as_posix()}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()
