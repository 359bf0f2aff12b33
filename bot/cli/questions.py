"""`fastapi-quiz questions …`: packs as files."""

from __future__ import annotations

import typer

questions = typer.Typer(no_args_is_help=True, help="Question packs: look, check, convert.")
