"""The local channel in a browser: for whoever tries the bot without an account."""

from adapters.web.channel.app import make_channel

__all__ = ["make_channel"]
