"""A pack loads whole or tells all that is wrong with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.domain.people import Level
from bot.domain.question import KeyPoint, Kind
from bot.errors import PackError, PackFault
from bot.questions.loader import load_pack, load_question
from bot.questions.pack_files import pack_digest

GOOD = """---
id: good
title: A good one
level: 2-year
topics: [routing, testing]
key_points:
  - text: Says why
    weight: 2
  - text: Names 422
sources:
  - FastAPI documentation: Path Parameters
  - "RFC 9110: Status Codes"
checked_with: {fastapi: 0.165.0}
---

## Question

What is `x`?

## Answer

It is y.

```py
## Question
```

## Follow-ups

- Why?
- And what
  then?

## Common mistakes

- None.

## Proof

```python
print(1)
```
"""

CHOICE = """---
id: choice
title: Pick one
level: fresher
topics: [routing]
kind: choice
choices:
  - text: 404
    right: true
    why: Nothing is there.
  - text: no
    why: It is a status code.
---

## Question

Which status?

## Answer

404.
"""


def write_pack(folder: Path, **files: str | bytes) -> Path:
    pack = folder / "mine"
    pack.mkdir(exist_ok=True)
    for name, content in files.items():
        raw = content if isinstance(content, bytes) else content.encode()
        (pack / f"{name}.md").write_bytes(raw)
    return pack


def find_faults(pack: Path) -> tuple[PackFault, ...]:
    with pytest.raises(PackError) as caught:
        load_pack(pack)
    return caught.value.faults


def find_fault(folder: Path, old: str, new: str, text: str = GOOD) -> PackFault:
    """Break the good file in one place and return the one fault that is found."""
    assert text.count(old) >= 1
    name = "good" if text is GOOD else "choice"
    pack = write_pack(folder, **{name: text.replace(old, new, 1)})
    faults = find_faults(pack)
    assert len(faults) == 1, faults
    return faults[0]


def test_a_good_file_becomes_a_question(tmp_path: Path) -> None:
    (question,) = load_pack(write_pack(tmp_path, good=GOOD))
    assert question.pack == "mine"
    assert question.level is Level.TWO_YEAR
    assert question.kind is Kind.OPEN
    assert question.topics == ("routing", "testing")
    assert question.key_points == (KeyPoint("Says why", 2.0), KeyPoint("Names 422", 1.0))
    assert question.sources == (
        "FastAPI documentation: Path Parameters",
        "RFC 9110: Status Codes",
    )
    assert question.follow_ups == ("Why?", "And what then?")
    assert question.mistakes == ("None.",)
    assert question.answer == "It is y.\n\n```py\n## Question\n```"
    assert question.proof == "```python\nprint(1)\n```"


def test_choices_keep_the_text_that_was_written(tmp_path: Path) -> None:
    (question,) = load_pack(write_pack(tmp_path, choice=CHOICE))
    assert [(one.text, one.right) for one in question.choices] == [("404", True), ("no", False)]


def test_other_line_ends_and_a_byte_order_mark_change_nothing(tmp_path: Path) -> None:
    (plain,) = load_pack(write_pack(tmp_path, good=GOOD))
    windows = b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode()
    (other,) = load_pack(write_pack(tmp_path, good=windows))
    assert other == plain


@pytest.mark.parametrize(
    ("old", "new", "line", "problem", "mend"),
    [
        ("level: 2-year", "level: senior", 4, "`level` is `senior`", "'fresher', '2-year'"),
        ("topics:", "topcs:", 5, "`topcs` is no key known here", "`topics`"),
        ("[routing, testing]", "routing", 5, "`topics` is not a list", "[one, two]"),
        ("[routing, testing]", "[]", 5, "`topics` is empty", "Write it out"),
        ("[routing, testing]", "[Routing]", 5, "`topics[1]` is `Routing`", "small letters"),
        ("[routing, testing]", "[routing, routing]", 5, "in `topics` twice", "one of them"),
        ("weight: 2", "weight: heavy", 8, "`key_points[1].weight` is not a number", "above 0"),
        ("weight: 2", "weight: 0", 8, "is not above 0", "above 0"),
        ("weight: 2", "weight: .inf", 8, "`key_points[1].weight`", "number"),
        ("weight: 2", "wieght: 2", 8, "`key_points[1].wieght`", "`weight`"),
        ("- text: Names 422", "- 422", 9, "`key_points[2]` is not a set of keys", "- text:"),
        ("title: A good one", "title:", 3, "`title` is missing", "title: …"),
        ("title: A good one\n", "", 2, "`title` is missing", "title: …"),
        ("title: A good one", "title: a: b", 3, "not YAML", "in quotes"),
        ("title: A good one", "title: *x", 3, "not YAML", "in quotes"),
        ("title: A good one", "title: !!python/name:os.system x", 3, "tag", "plain value"),
        ("title: A good one", "title: A\ntitle: B", 4, "`title` stands here twice", "Keep one"),
        ("title: A good one", "title: A\nprompt: B", 4, "front matter", "## Question"),
        ("title: A good one", "title: A\n? [a]\n: b", 4, "one word", "quotes"),
        ("kind: open", "kind: essay", 6, "`kind` is `essay`", "'open' or 'choice'"),
        ("---\nid", "id", 1, "front matter", "two `---` lines"),
        ("## Answer", "## Anwser", 20, "## Anwser` is not known", "`Answer`"),
        ("It is y.\n\n```py\n## Question\n```\n", "", 20, "## Answer` is empty", "Fill it"),
        ("## Common mistakes", "## Answer", 34, "## Answer` stands here twice", "Join"),
        ("## Question", "Hello\n\n## Question", 16, "before the first section", "below"),
        ("- Why?", "Why?", 28, "not a plain list", "`- `"),
        ("```py", "```py title", 24, "`py title` stands after", "one word"),
        ("id: good", "id: other", 2, "The id is `other`", "the same"),
        ("id: good", "id: Good One", 2, "`id` is `Good One`", "small letters"),
    ],
)
def test_a_fault_names_line_and_mend(
    tmp_path: Path, old: str, new: str, line: int, problem: str, mend: str
) -> None:
    text = GOOD.replace("key_points:", "kind: open\nkey_points:", 1) if "kind" in old else GOOD
    pack = write_pack(tmp_path, good=text.replace(old, new, 1))
    faults = find_faults(pack)
    fault = next(fault for fault in faults if problem in fault.problem)
    assert mend in fault.mend
    assert (fault.line, Path(fault.file)) == (line, pack / "good.md")
    misspelt = any(word in problem for word in ("topcs", "Anwser"))
    assert len(faults) == 1 + misspelt, faults  # a misspelt name is missing, too


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("right: true", "right: false", "0 choices are right"),
        ("    why: It is", "    right: yes\n    why: It is", "2 choices are right"),
        ("right: true", "right: maybe", "neither true nor false"),
        ("  - text: no\n    why: It is a status code.\n", "", "2 to 6"),
        ("text: no", "text: 404", "`404` stands in `choices` twice"),
        ("    why: It is a status code.\n", "", "`choices[2].why` is missing"),
        ("kind: choice", "kind: open", "An open question has `choices`"),
        ("kind: choice", "kind: choice\nkey_points: [{text: x}]", "has `key_points`"),
    ],
)
def test_choices_are_judged(tmp_path: Path, old: str, new: str, problem: str) -> None:
    assert problem in find_fault(tmp_path, old, new, CHOICE).problem


def test_all_faults_of_all_files_come_at_once(tmp_path: Path) -> None:
    pack = write_pack(
        tmp_path,
        good=GOOD.replace("level: 2-year", "level: 3").replace("weight: 2", "weight: -1"),
        choice=CHOICE.replace("fresher", "junior"),
        empty=b"",
        latin="---\nid: latin\ntitle: f\xfcr\n".encode("latin-1"),
        binary=b"---\nid: b\x00in\n",
        huge=b"x" * 70_000,
    )
    faults = find_faults(pack)
    named = sorted({(Path(fault.file).name, fault.line) for fault in faults})
    assert named == [
        ("binary.md", 2),
        ("choice.md", 4),
        ("empty.md", 1),
        ("good.md", 4),
        ("good.md", 8),
        ("huge.md", 1),
        ("latin.md", 3),
    ]
    assert str(PackError(faults)).startswith("7 faults in the pack:\n")


def test_two_files_may_not_share_an_id(tmp_path: Path) -> None:
    pack = write_pack(tmp_path, good=GOOD)
    (pack / "more").mkdir()
    (pack / "more" / "good.md").write_text(GOOD)
    (fault,) = find_faults(pack)
    assert "already taken by" in fault.problem


def test_an_alias_bomb_is_refused_before_it_grows(tmp_path: Path) -> None:
    bomb = "a0: &a0 [x, x]\n" + "".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 40)
    )
    pack = write_pack(tmp_path, good=GOOD.replace("level", bomb + "level", 1))
    assert any("alias" in fault.problem for fault in find_faults(pack))


def test_deep_nesting_is_refused(tmp_path: Path) -> None:
    deep = "[" * 20_000
    pack = write_pack(tmp_path, good=GOOD.replace("[routing, testing]", deep))
    assert find_faults(pack)
    shallow = "[" * 40 + "]" * 40
    pack = write_pack(tmp_path, good=GOOD.replace("[routing, testing]", shallow))
    assert any("nested" in fault.problem for fault in find_faults(pack))


@pytest.mark.parametrize("pack", ["none", "empty"])
def test_a_folder_without_questions_is_no_pack(tmp_path: Path, pack: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "README.md").write_text("Hello")
    (fault,) = find_faults(tmp_path / pack)
    assert fault.file == str(tmp_path / pack)


def test_pack_file_limits_the_topics(tmp_path: Path) -> None:
    pack = write_pack(tmp_path, good=GOOD)
    (pack / "pack.toml").write_text('title = "Mine"\n[topics]\nrouting = "Routes"\ntests = "T"\n')
    (fault,) = find_faults(pack)
    assert "`testing` is not in pack.toml" in fault.problem
    assert "`tests`" in fault.mend


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("titel = 1", "`titel` is no key known here"),
        ("title = 1", "not a text"),
        ("topics = 1", "not a table"),
        ("title = ", "not TOML"),
    ],
)
def test_pack_file_faults(tmp_path: Path, text: str, problem: str) -> None:
    pack = write_pack(tmp_path, good=GOOD)
    (pack / "pack.toml").write_text(text)
    assert problem in find_faults(pack)[0].problem


def test_one_file_loads_by_itself(tmp_path: Path) -> None:
    pack = write_pack(tmp_path, good=GOOD)
    assert load_question(pack / "good.md").id == "good"
    with pytest.raises(PackError, match="can't be read"):
        load_question(pack / "absent.md")


def test_the_digest_follows_every_edit(tmp_path: Path) -> None:
    pack = write_pack(tmp_path, good=GOOD)
    digests = {pack_digest(pack)}
    write_pack(tmp_path, good=GOOD + "\n")
    digests.add(pack_digest(pack))
    (pack / "good.md").rename(pack / "better.md")
    digests.add(pack_digest(pack))
    (pack / "pack.toml").write_text("")
    digests.add(pack_digest(pack))
    assert len(digests) == 4
