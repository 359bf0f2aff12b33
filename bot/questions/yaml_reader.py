"""YAML as plain data with line numbers, for files that strangers wrote.

Scalars keep their source text (`404` stays "404", `null` stays "null"; only nothing at all is
None): the schema decides what they mean. Anchors, aliases and tags are refused, so no document
can grow while it is read.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

import yaml

Data: TypeAlias = "str | list[Data] | dict[str, Data] | None"
Path: TypeAlias = tuple[str | int, ...]

_NULL = "tag:yaml.org,2002:null"
_PLAIN_TAGS = {
    f"tag:yaml.org,2002:{name}"
    for name in ("str", "int", "float", "bool", "null", "timestamp", "seq", "map", "merge", "value")
}
_LOADER: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
MAX_DEPTH = 10


@dataclass(frozen=True, slots=True)
class YamlFault:
    """What is wrong where; `line` counts from 1 in the whole file."""

    line: int
    problem: str
    mend: str


@dataclass(slots=True)
class YamlDocument:
    """A document's data; `lines` maps the path of each value to its line in the file."""

    data: dict[str, Data] = field(default_factory=dict)
    lines: dict[Path, int] = field(default_factory=dict)
    faults: list[YamlFault] = field(default_factory=list)


def read_yaml(text: str, first_line: int) -> YamlDocument:
    """Read one YAML mapping that begins at `first_line` of its file; faults are returned."""
    try:
        deep = _find_deep_line(text)
        root = yaml.compose(text, Loader=_LOADER) if deep is None else None
    except yaml.YAMLError as error:
        return YamlDocument(faults=[_describe(error, first_line)])
    if deep is not None:
        problem = "Values are nested too deeply."
        return YamlDocument(
            faults=[YamlFault(first_line + deep, problem, "Follow docs/questions.md.")]
        )
    if root is None:
        return YamlDocument()
    reader = _Reader(first_line)
    data = reader.read(root, ())
    if not isinstance(data, dict) and not reader.document.faults:
        reader.refuse(root, "This is no list of keys.", "Write one `key: value` a line.")
    reader.document.data = data if isinstance(data, dict) else {}
    return reader.document


def _find_deep_line(text: str) -> int | None:
    """Return the line, from 0, where values are nested too deeply, if they are anywhere.

    Composing calls itself for each level, in C: thousands of them end the process.
    """
    depth = 0
    for event in yaml.parse(text, Loader=_LOADER):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                return event.start_mark.line if event.start_mark else 0
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
    return None


def _describe(error: yaml.YAMLError, first_line: int) -> YamlFault:
    mark = getattr(error, "problem_mark", None)
    line = first_line + (mark.line if mark else 0)
    problem = getattr(error, "problem", None) or "unreadable"
    return YamlFault(
        line,
        f"This is not YAML: {problem}.",
        "Put texts that begin with a sign or have `: ` or ` #` in them in quotes.",
    )


class _Reader:
    def __init__(self, first_line: int) -> None:
        self.first_line = first_line
        self.document = YamlDocument()
        self.seen: set[int] = set()

    def refuse(self, node: yaml.Node, problem: str, mend: str) -> None:
        self.document.faults.append(YamlFault(self.line_of(node), problem, mend))

    def line_of(self, node: yaml.Node) -> int:
        return self.first_line + int(node.start_mark.line)

    def read(self, node: yaml.Node, path: Path) -> Data:
        if id(node) in self.seen:
            self.refuse(node, "An alias (`*name`) stands here.", "Write the value out.")
            return None
        self.seen.add(id(node))
        self.document.lines.setdefault(path, self.line_of(node))
        if node.tag not in _PLAIN_TAGS:
            self.refuse(node, f"The tag `{node.tag}` is not allowed.", "Write a plain value.")
            return None
        if isinstance(node, yaml.MappingNode):
            return self._read_mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.read(item, (*path, at)) for at, item in enumerate(node.value)]
        return str(node.value) or (None if node.tag == _NULL else "")

    def _read_mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Data]:
        mapping: dict[str, Data] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                self.refuse(key_node, "A key must be one word.", "Put the text in quotes.")
                continue
            key = str(key_node.value)
            if key in mapping:
                self.refuse(key_node, f"`{key}` stands here twice.", "Keep one of them.")
                continue
            self.document.lines[(*path, key)] = self.line_of(key_node)
            mapping[key] = self.read(value_node, (*path, key))
        return mapping
