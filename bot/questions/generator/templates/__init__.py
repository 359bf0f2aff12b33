"""The templates, one module a family. A module's `TEMPLATES` are what it offers."""

from __future__ import annotations

from bot.questions.generator.templates import coercion, dependencies, routing

TEMPLATES = (
    *coercion.TEMPLATES,
    *dependencies.TEMPLATES,
    *routing.TEMPLATES,
)
