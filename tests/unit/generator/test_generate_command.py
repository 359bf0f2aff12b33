"""`fastapi-quiz questions generate`, run as people run it."""

from __future__ import annotations

import json
import subprocess
import sys


def run_command(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bot", "questions", "generate", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_json_holds_what_it_takes_to_run_it_again() -> None:
    done = run_command("--seed", "5", "--count", "2", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    for each in json.loads(done.stdout):
        again = subprocess.run(
            [sys.executable, "-c", each["program"]], capture_output=True, text=True, timeout=60
        )
        assert again.stdout.strip() == each["printed"]
        by_letter = {choice["letter"]: choice for choice in each["choices"]}
        assert by_letter[each["right"]]["text"] == each["printed"]
        assert all(choice["misconception"] for choice in each["choices"] if not choice["right"])


def test_text_is_the_same_for_the_same_seed_and_names_it() -> None:
    first, second = [run_command("--seed", "5", "--count", "3") for _ in range(2)]
    assert first.stdout == second.stdout
    assert first.stdout.count("**Right: ") == 3
    assert first.stderr == "Again with: --seed 5\n"


def test_an_unknown_topic_is_one_sentence() -> None:
    done = run_command("--topic", "midleware")
    assert (done.returncode, done.stdout) == (1, "")
    assert "Did you mean “middleware”?" in done.stderr


def test_a_count_that_makes_no_sense_is_a_usage_error() -> None:
    assert run_command("--count", "0").returncode == 2
