"""The web console: chat commands as pages, for admins who came in by their one-time link."""

from adapters.web.console.app import make_console

__all__ = ["make_console"]
