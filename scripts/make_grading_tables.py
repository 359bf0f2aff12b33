"""Count words in a folder of Markdown questions (and JSON Lines of answers).

    python scripts/make_grading_tables.py FOLDER... > bot/grading/tables.json

`frequencies`: in how many files (or lines) a stem occurs, of those in at least two.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from bot.grading.text import read_tokens
from bot.grading.words import FUNCTION_WORDS

_FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
_CODE = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)


def read_documents(folders: list[Path]) -> Iterator[str]:
    """Yield the prose of every Markdown file and of every line of a JSON Lines file."""
    for folder in folders:
        for path in sorted(folder.rglob("*.md")):
            yield _CODE.sub("", _FRONT_MATTER.sub("", path.read_text("utf-8")))
        for path in sorted(folder.rglob("*.jsonl")):
            for line in path.read_text("utf-8").splitlines():
                yield "\n".join(
                    value for value in json.loads(line).values() if isinstance(value, str)
                )


def count_tables(documents: Iterable[str]) -> dict[str, object]:
    """Make the tables that `bot.grading.tables` loads."""
    frequencies: Counter[str] = Counter()
    total = 0
    for text in documents:
        total += 1
        tokens = read_tokens(text, limit=20_000)
        frequencies.update({token.stem for token in tokens if token.word not in FUNCTION_WORDS})
    kept = {stem: count for stem, count in sorted(frequencies.items()) if count > 1}
    return {"documents": total, "frequencies": kept}


def main(arguments: list[str]) -> None:
    """Print the tables of the folders named on the command line."""
    tables = count_tables(read_documents([Path(argument) for argument in arguments]))
    sys.stdout.write(json.dumps(tables, ensure_ascii=False, indent=0) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
