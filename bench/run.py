"""Start-up, a simulated year and a fresh install: what people wait for.

    python -m bench.run [--rounds N] [--install]

Prints medians with their range, and writes bench/results/run.json. What FURTHER names runs
afterwards, each as a program of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[1]
RESULTS = Path(__file__).parent / "results"
PROGRAM = [sys.executable, "-m", "bot"]
MEMBERS = 10
DAYS = 365


def time_help() -> float:
    """Seconds of `fastapi-quiz --help`."""
    return _time([*PROGRAM, "--help"])


def time_first_line() -> float:
    """Seconds until `fastapi-quiz demo` prints its first line."""
    started = time.perf_counter()
    with subprocess.Popen(
        [*PROGRAM, "demo"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline()
        took = time.perf_counter() - started
        process.stdout.read()
    assert process.returncode == 0
    return took


def write_year() -> str:
    """A year of one channel in which ten members react and answer every day."""
    lines = [
        "at 2026-01-01 08:55 Europe/Berlin",
        "@ana admin",
        "@ana: /fastapi-quiz schedule add 09:00 days:mon-sun",
        "advance 10m",
    ]
    for _ in range(DAYS):
        for member in range(MEMBERS):
            lines.append(f"@m{member} reacts :bulb:")
            if member % 2:
                lines.append(f"@m{member} presses I knew it")
        lines.append("advance 1d")
    lines.append("@m0: /fastapi-quiz streak")
    return "\n".join(lines)


def time_year() -> float:
    """Seconds of the simulated year; every post and reveal must have happened."""
    started = time.perf_counter()
    done = subprocess.run(
        [*PROGRAM, "simulate", "--json", "-"],
        input=write_year(),
        capture_output=True,
        text=True,
        check=True,
    )
    took = time.perf_counter() - started
    said = [json.loads(line) for line in done.stdout.splitlines()]
    kinds = [one["kind"] for one in said]
    assert kinds.count("question") == DAYS + 1
    assert kinds.count("reveal") == DAYS * MEMBERS
    assert said[-1]["data"]["current"] == DAYS
    return took


def time_answers() -> float:
    """Seconds until the last of 50 members who answer within a second has their grade."""
    command = [sys.executable, "-m", "bench.answering", "--rounds", "1", "--graders", "lexical"]
    _time(command)
    figures = json.loads((RESULTS / "answering.json").read_text())
    return float(figures["lexical"]["the last of all answered"])


def time_install() -> float:
    """Seconds of `make demo` in a fresh clone, packages downloaded again."""
    with tempfile.TemporaryDirectory() as folder:
        clone = Path(folder) / "clone"
        subprocess.run(["git", "clone", "--quiet", ROOT, clone], check=True)
        environment = os.environ | {"UV_NO_CACHE": "1", "PIP_NO_CACHE_DIR": "1"}
        environment.pop("VIRTUAL_ENV", None)
        return _time(["make", "demo"], cwd=clone, environment=environment)


def _time(command: list[str], cwd: Path = ROOT, environment: dict[str, str] | None = None) -> float:
    started = time.perf_counter()
    subprocess.run(
        command,
        cwd=cwd,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=True,
    )
    return time.perf_counter() - started


def measure(rounds: int, install: bool) -> dict[str, list[float]]:
    """Run the benches in alternating rounds and return their seconds."""
    benches: dict[str, tuple[Callable[[], float], int]] = {
        "--help": (time_help, rounds),
        "demo to its first line": (time_first_line, rounds),
        "a simulated year, ten members": (time_year, 1),
        "50 answers within a second": (time_answers, 1),
    }
    if install:
        benches["make demo in a fresh clone"] = (time_install, 1)
    seconds: dict[str, list[float]] = {name: [] for name in benches}
    for number in range(rounds):
        for name, (bench, times) in benches.items():
            if number < times:
                print(f"{name} …", file=sys.stderr, flush=True)
                seconds[name].append(bench())
    return seconds


FURTHER = ("bench.standings",)
"""Modules that measure one part each, print their goals and keep their own results."""

GOALS = {
    "--help": 0.4,
    "demo to its first line": 1.5,
    "a simulated year, ten members": 30,
    "50 answers within a second": 3,
    "make demo in a fresh clone": 60,
}


def main() -> None:
    """Measure, print and keep the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--install", action="store_true", help="install a fresh clone, too")
    arguments = parser.parse_args()
    seconds = measure(arguments.rounds, arguments.install and shutil.which("git") is not None)
    for name, values in seconds.items():
        low, high = min(values), max(values)
        middle = statistics.median(values)
        verdict = "met" if middle <= GOALS[name] else "MISSED"
        print(
            f"{name:<32} {middle:7.2f} s  ({low:.2f}–{high:.2f})  goal {GOALS[name]} s: {verdict}"
        )
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"largest process: {peak:.0f} MB, Python {platform.python_version()}")
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "run.json").write_text(json.dumps(seconds, indent=2))
    for module in FURTHER:
        print(f"\n{module}", flush=True)
        subprocess.run([sys.executable, "-m", module], cwd=ROOT, check=True)


if __name__ == "__main__":
    main()
