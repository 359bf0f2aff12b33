"""What is not documented does not exist; what is documented works."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
import typer.main
from click import Command, Group

from adapters.local.script import parse_script
from adapters.web.metrics import PrometheusMeter
from bot.cli import app
from bot.commands import COMMANDS, Rights
from bot.config import Settings, known_keys, load_settings
from bot.domain import cards
from tests.stage import play_script

ROOT = Path(__file__).parents[2]
DOCS = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]


def test_the_example_holds_every_setting_with_its_default() -> None:
    example = tomllib.loads((ROOT / "config.example.toml").read_text())
    assert {name: set(keys) for name, keys in example.items()} == {
        name: set(keys) for name, keys in known_keys().items()
    }
    assert load_settings(ROOT / "config.example.toml", {}) == Settings()


def test_every_kind_of_card_is_documented() -> None:
    text = (ROOT / "docs" / "simulation.md").read_text()
    kinds = {card.kind for card in vars(cards).values() if hasattr(card, "kind")}
    assert {kind for kind in kinds if f"`{kind}`" not in text} == set()


def test_every_chat_command_and_option_is_documented() -> None:
    text = (ROOT / "docs" / "commands.md").read_text()
    for command in COMMANDS:
        row = next((line for line in text.splitlines() if f"| `{command.path}" in line), "")
        assert row, command.path
        for option in command.options:
            if not option.positional:
                assert f"{option.name}:" in row, f"{command.path} {option.name}"
        before_admins = text.index(f"| `{command.path}") < text.index("## For admins")
        assert before_admins is (command.rights is Rights.ALL)


def program_commands(group: Command, path: str = "") -> list[str]:
    if isinstance(group, Group):
        return [
            name
            for word, command in group.commands.items()
            for name in program_commands(command, f"{path} {word}".strip())
        ]
    return [path]


def test_every_program_command_is_documented() -> None:
    text = (ROOT / "docs" / "program.md").read_text()
    for path in program_commands(typer.main.get_command(app)):
        assert f"`{path}" in text, path


@pytest.mark.parametrize("path", DOCS, ids=lambda path: path.name)
def test_links_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", path.read_text()):
        assert (path.parent / target).exists(), target


def test_the_architecture_names_files_that_exist() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text()
    for target in re.findall(r"`((?:bot|adapters|storage|docs)/[\w./*]+)`", text):
        assert list(ROOT.glob(target)), target
    for line in text.splitlines():  # in the table a bare name means: beside the one before it
        beside = ROOT
        for name in re.findall(r"`([\w./*]+\.py)`", line if line.startswith("|") else ""):
            beside = (ROOT / name).parent if "/" in name else beside
            assert [*ROOT.glob(f"{beside.relative_to(ROOT)}/{Path(name).name}")], (line, name)


async def test_the_readme_s_week_plays(tmp_path: Path) -> None:
    [script] = re.findall(r"```text\n(at .*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    played = await play_script(script, tmp_path)
    assert len(played.of("question")) == 4
    assert [said.only for said in played.of("reveal")] == ["ben"]


def test_the_simulation_s_page_shows_lines_that_can_be_read() -> None:
    text = (ROOT / "docs" / "simulation.md").read_text()
    lines = re.findall(r"^\| `([^`]+)` \|", text, re.MULTILINE)
    assert len(lines) >= 15
    assert len(list(parse_script(lines))) == len(lines)


def test_every_metric_and_its_labels_are_documented() -> None:
    text = (ROOT / "docs" / "operations.md").read_text()
    rendered = PrometheusMeter("0").render().decode()
    known = set(re.findall(r"^# TYPE (fastapi_quiz\w+)", rendered, re.MULTILINE))
    assert len(known) >= 10
    for name in known:
        assert f"`{name}" in text, name
    named = set(re.findall(r"fastapi_quiz_\w+", text))
    for name in named:
        assert name in known or re.sub(r"_(bucket|count|sum)$", "", name) in known, name


def test_the_changelog_has_an_unreleased_part() -> None:
    assert "## Unreleased" in (ROOT / "CHANGELOG.md").read_text()


def test_no_page_needs_what_only_its_authors_have() -> None:
    for path in DOCS:
        assert "../shared" not in path.read_text()


def test_an_image_gets_what_is_installed_and_nothing_else_of_a_clone() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    ignored, *let_in = (ROOT / ".dockerignore").read_text().split()
    wanted = {"LICENSE", "README.md", "pyproject.toml", "requirements.lock"}
    packages = project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    assert ignored == "*"
    assert {name[1:] for name in let_in if name.startswith("!")} == {*packages, *wanted}
    found = re.search(r"^ARG EXTRAS=(.*)$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    assert found
    assert set(found[1].split(",")) <= set(project["project"]["optional-dependencies"])
