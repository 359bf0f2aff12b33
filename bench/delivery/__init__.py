"""What delivering costs beside those who only post, and beside what one would write by hand."""

import bot.logs  # noqa: F401 - before all else, as the program does it: structlog without Rich
