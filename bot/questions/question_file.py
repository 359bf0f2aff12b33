"""One question as a Markdown file: reading it.

The file is YAML between two `---` lines, then `## Question`, `## Answer` and, if wanted,
`## Follow-ups`, `## Common mistakes` and `## Proof`.
"""

from __future__ import annotations

from collections.abc import Iterator

from bot.domain.question import Question
from bot.errors import PackFault
from bot.questions.markdown import Section, find_code_blocks, read_list, split_sections
from bot.questions.schema import KEYS, Path, build_question, suggest_word
from bot.questions.yaml_reader import Data, YamlDocument, read_yaml

SECTIONS = {
    "Question": "prompt",
    "Answer": "answer",
    "Follow-ups": "follow_ups",
    "Common mistakes": "mistakes",
    "Proof": "proof",
}
FRONT_KEYS = tuple(key for key in KEYS if key not in SECTIONS.values())
_NEEDED = ("Question", "Answer")
_ALREADY_REPORTED = "…"
_LISTS = ("Follow-ups", "Common mistakes")


def parse_question(text: str, pack: str, file: str) -> Question | list[PackFault]:
    """Read one file's text: a question, or every fault found in it."""
    parts = _split_front_matter(text)
    if parts is None:
        return [
            PackFault(
                file,
                1,
                "The file does not begin with front matter.",
                "Put `id`, `title`, `level` and so on between two `---` lines at its top.",
            )
        ]
    front, body, body_line = parts
    document = read_yaml(front, first_line=2)
    faults = [PackFault(file, item.line, item.problem, item.mend) for item in document.faults]
    faults += _check_front_keys(document, file)
    sections = split_sections(body, body_line)
    faults += _check_sections(sections, file, body_line)
    if faults and not document.data:
        return faults
    built = build_question(
        _merge(document.data, sections), pack, file, _merge_lines(document, sections)
    )
    return _all_faults(faults, built) if faults or isinstance(built, list) else built


def _all_faults(faults: list[PackFault], built: Question | list[PackFault]) -> list[PackFault]:
    more = built if isinstance(built, list) else []
    known_lines = {fault.line for fault in faults}
    return faults + [fault for fault in more if fault.line not in known_lines]


def _split_front_matter(text: str) -> tuple[str, str, int] | None:
    lines = text.split("\n")
    if lines[0].rstrip() != "---":
        return None
    end = next((at for at, line in enumerate(lines[1:], 1) if line.rstrip() == "---"), None)
    if end is None:
        return None
    return "\n".join(lines[1:end]), "\n".join(lines[end + 1 :]), end + 2


def _check_front_keys(document: YamlDocument, file: str) -> Iterator[PackFault]:
    for key in document.data:
        section = next((title for title, name in SECTIONS.items() if name == key), None)
        if section:
            yield PackFault(
                file,
                document.lines[(key,)],
                f"`{key}` stands in the front matter.",
                f"Move it to a section `## {section}`.",
            )


def _check_sections(
    sections: tuple[Section, ...], file: str, body_line: int
) -> Iterator[PackFault]:
    titles = [section.title for section in sections]
    for at, section in enumerate(sections):
        yield from (
            PackFault(file, line, problem, mend)
            for line, problem, mend in _check_section(section, section.title in titles[:at])
        )
    for title in _NEEDED:
        if title not in titles:
            yield PackFault(
                file,
                body_line,
                f"The section `## {title}` is missing.",
                f"Add a line `## {title}` and the text below it.",
            )


def _check_section(section: Section, repeated: bool) -> Iterator[tuple[int, str, str]]:
    name = f"The section `## {section.title}`"
    if not section.title:
        yield section.line, "Text stands before the first section.", "Put it below `## Question`."
        return
    if section.title not in SECTIONS:
        mend = suggest_word(section.title, tuple(SECTIONS))
        yield section.line, f"{name} is not known.", mend
        return
    if repeated:
        yield section.line, f"{name} stands here twice.", "Join the two."
    if not section.text:
        yield section.line, f"{name} is empty.", "Fill it or take its heading away."
    elif section.title in _LISTS and read_list(section.text) is None:
        yield section.line, f"{name} is not a plain list.", "Begin each line with `- `."
    for block in find_code_blocks(section.text, section.text_line):
        if len(block.info.split()) > 1:
            yield (
                block.line - 1,
                f"`{block.info}` stands after the backticks.",
                "Write one word: `python`, `py`, `output` or another language.",
            )


def _merge(front: dict[str, Data], sections: tuple[Section, ...]) -> dict[str, object]:
    data: dict[str, object] = {
        key: value
        for key, value in front.items()
        if value is not None and key not in SECTIONS.values()
    }
    data["sources"] = _join_sources(front.get("sources") or [])
    data |= {SECTIONS[title]: _ALREADY_REPORTED for title in _NEEDED}
    for section in sections:
        key = SECTIONS.get(section.title)
        if key and section.title in _LISTS:
            data[key] = list(read_list(section.text) or ())
        elif key and section.text:
            data[key] = section.text
    return data


def _join_sources(sources: object) -> object:
    """Let `- FastAPI: Dependencies` be the text it looks like, not a mapping."""
    if not isinstance(sources, list):
        return sources
    return [
        ": ".join(map(str, next(iter(source.items()))))
        if isinstance(source, dict) and len(source) == 1
        else source
        for source in sources
    ]


def _merge_lines(document: YamlDocument, sections: tuple[Section, ...]) -> dict[Path, int]:
    of_sections: dict[Path, int] = {
        (SECTIONS[section.title],): section.line
        for section in sections
        if section.title in SECTIONS
    }
    return {**document.lines, **of_sections}
