"""What a model needs is loaded where a model is used, and nowhere else."""

from __future__ import annotations

import subprocess
import sys

HEAVY = ("pydantic_ai", "openai", "anthropic", "onnxruntime", "numpy", "tokenizers")


def test_nothing_of_a_model_is_loaded_with_the_program() -> None:
    code = (
        "import sys, bot.cli, bot.app, bot.graders, bot.services.assessing;"
        f"print([name for name in {HEAVY} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_products_are_made_by_one_thread_each() -> None:
    code = "import adapters.semantic.grader, os; print(os.environ['OPENBLAS_NUM_THREADS'])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "1"
