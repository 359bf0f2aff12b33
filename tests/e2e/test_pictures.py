"""Pictures from the program: files whose paths are printed."""

from __future__ import annotations

import json
from pathlib import Path

from PIL import Image

from tests.e2e.test_program import run

SCRIPT = """
at 2026-03-23 08:55 Europe/Berlin
@ana admin
@ana: /fastapi-quiz schedule add 09:00 tz:Europe/Berlin days:mon-sun
@ben: /fastapi-quiz streak
advance 10m
@ben reacts :bulb:
@ben: /fastapi-quiz streak
@ben: /fastapi-quiz leaderboard
"""


def test_json_names_each_picture(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    done = run("simulate", "-", "--json", "--pictures", str(folder), folder=tmp_path, stdin=SCRIPT)
    said = [json.loads(line) for line in done.stdout.splitlines()]
    before, streak = [one["data"] for one in said if one["kind"] == "streak"]
    (board,) = [one["data"] for one in said if one["kind"] == "leaderboard"]

    assert "picture" not in before, "there was nothing to show yet"
    for data in (streak, board):
        path = Path(data["picture"])
        assert path.parent == folder
        with Image.open(path) as image:
            assert (image.format, image.width) == ("PNG", 800)
    assert streak["files"][0]["description"].startswith("Calendar of ben")
    assert len(list(folder.iterdir())) == 2


def test_a_transcript_names_them_in_a_line_of_their_own(tmp_path: Path, cache_home: Path) -> None:
    first, second = (run("simulate", "-", folder=tmp_path, stdin=SCRIPT).stdout for _ in range(2))
    paths = [line.split(": ")[1] for line in first.splitlines() if line.startswith("    picture: ")]

    assert first == second, "the same script gives the same transcript"
    assert len(paths) == 2
    assert all(Path(path).parent == cache_home / "fastapi-quiz" / "pictures" for path in paths)
    assert list(tmp_path.iterdir()) == []


def test_the_demo_names_them_too(tmp_path: Path) -> None:
    done = run("demo", "--pictures", str(tmp_path), folder=tmp_path)
    assert "    picture: " in done.stdout
    assert list(tmp_path.glob("streak-*.png"))


def test_a_folder_that_can_t_be_written_costs_the_pictures_alone(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    folder = str(tmp_path / "file" / "below")
    done = run("simulate", "-", "--pictures", folder, folder=tmp_path, stdin=SCRIPT)

    assert done.returncode == 0, done.stderr
    assert "1 question day in a row" in done.stdout
    assert "picture: " not in done.stdout
