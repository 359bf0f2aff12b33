"""The model as it is run says what the model as it is shipped says."""

from __future__ import annotations

import numpy as np
import onnxruntime
import pytest

from adapters.semantic import model
from adapters.semantic.errors import SemanticUnavailable
from adapters.semantic.model import Vectors, open_session
from adapters.semantic.rewrite import rewrite_model


@pytest.fixture(scope="module")
def shipped() -> bytes:
    return model._locate(*model.MODEL).read_bytes()


def read_states(session: onnxruntime.InferenceSession, pieces: int) -> Vectors:
    ids = np.random.default_rng(pieces).integers(1000, 30_000, (1, pieces))
    return np.asarray(
        session.run(
            None,
            {
                "input_ids": ids,
                "attention_mask": np.ones_like(ids),
                "token_type_ids": np.zeros_like(ids),
            },
        )[0][0]
    )


def test_vectors_are_those_of_the_shipped_model(shipped: bytes) -> None:
    as_shipped, changed = open_session(shipped), open_session(rewrite_model(shipped))
    for pieces in (3, 40, model.MAX_PIECES):
        left, right = (read_states(session, pieces) for session in (as_shipped, changed))
        lengths = np.linalg.norm(left, axis=1) * np.linalg.norm(right, axis=1)
        assert np.min((left * right).sum(axis=1) / lengths) > 0.99
        assert not np.array_equal(left, right)


def test_every_weight_is_multiplied_in_bytes(shipped: bytes) -> None:
    """Each of the six layers has four square matrices and two of its wider part."""
    changed = rewrite_model(shipped)
    assert changed.count(b"MatMulNBits") == 6 * 6
    assert changed.count(b"Where") == shipped.count(b"Where") - 6


def test_a_model_that_cannot_be_rewritten_is_run_as_it_is_shipped(
    shipped: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model, "rewrite_model", lambda _: b"no model")
    left, right = model.open_quickest(shipped), open_session(shipped)
    assert np.array_equal(read_states(left, 9), read_states(right, 9))
    with pytest.raises(SemanticUnavailable, match="can't be run"):
        model.open_quickest(b"no model either")
