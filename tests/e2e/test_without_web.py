"""The program where the extra `web` is not installed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
HIDE = """
import sys
for name in ("fastapi", "jinja2", "multipart", "prometheus_client", "starlette", "uvicorn"):
    sys.modules[name] = None
from bot.cli import main
main()
"""
"""Runs the program as if these were not there."""


def run(folder: Path, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", HIDE, *arguments],
        cwd=folder,
        env={"PYTHONPATH": str(ROOT), "PATH": "", "FASTAPI_QUIZ_LOCAL__ENABLED": "true"},
        input=stdin,
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_everything_else_works_and_the_demo_says_what_is_missing(tmp_path: Path) -> None:
    script = "@ana admin\n@ana: /fastapi-quiz console\n@ana: /fastapi-quiz topics\n"
    played = run(tmp_path, "simulate", "-", stdin=script)
    assert (played.returncode, played.stderr) == (0, "")
    assert "The web console is off." in played.stdout
    assert "Topics" in played.stdout
    demo = run(tmp_path, "demo", "--web")
    assert demo.returncode == 2
    assert "pip install 'fastapi-quiz[web]'" in demo.stderr


def test_a_service_starts_unless_it_is_to_serve_pages(tmp_path: Path) -> None:
    start = (
        "import asyncio; from bot.app import Service; from bot.config import load_settings\n"
        "from bot.errors import ConfigError\n"
        "async def go():\n"
        "    service = Service(load_settings(), ['local', 'scheduler', 'web'])\n"
        "    await service.start()\n"
        "    await service.stop()\n"
        "try:\n"
        "    asyncio.run(go())\n"
        "except ConfigError as error:\n"
        "    sys.exit(str(error))\n"
    )
    program = HIDE.replace("from bot.cli import main\nmain()\n", start)
    for enabled, said in (("false", ""), ("true", "The web part is not installed.")):
        done = subprocess.run(
            [sys.executable, "-c", program],
            cwd=tmp_path,
            env={
                "PYTHONPATH": str(ROOT),
                "FASTAPI_QUIZ_LOCAL__ENABLED": "true",
                "FASTAPI_QUIZ_WEB__ENABLED": enabled,
            },
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == bool(said), done.stderr
        assert said in done.stderr
