"""A question file to begin from."""

from __future__ import annotations

from bot.domain.people import Level
from bot.domain.question import Kind

_OPEN = """key_points:
  - text: The first thing that a good answer says
    weight: 2
  - text: The second thing
    weight: 1
  - text: The third thing
    weight: 1
"""

_CHOICE = """choices:
  - text: The right answer
    right: true
    why: A sentence on why it is right.
  - text: A real misconception
    why: A sentence on why it is wrong.
  - text: Another real misconception
    why: A sentence on why it is wrong.
"""

_TEMPLATE = """---
id: {id}
title: {title}
level: {level}
topics: [{topic}]
kind: {kind}
{grading}sources:
  - FastAPI documentation: Title of the page, section
checked_with: {{fastapi: 0.165.0}}
---

## Question

Ask as an interviewer would.

## Answer

Answer in 80 to 250 words, and say every key point in the words a candidate would use.

## Follow-ups

- What would you ask next?

## Common mistakes

- What do people get wrong?

## Proof

Members don't see this section. `python` blocks run in the tests, an `output` block is what they
print.

```python
print(1 + 1)
```

```output
2
```
"""


def make_template(question_id: str, topic: str, level: Level, kind: Kind) -> str:
    """Return the text of a file that loads and says what belongs where."""
    return _TEMPLATE.format(
        id=question_id,
        title=question_id.replace("-", " ").capitalize(),
        level=level.value,
        topic=topic,
        kind=kind.value,
        grading=_OPEN if kind is Kind.OPEN else _CHOICE,
    )
