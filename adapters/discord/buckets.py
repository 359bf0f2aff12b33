"""discord.py's rate-limit buckets, swept now and then instead of at each new one."""

from __future__ import annotations

from typing import Any

_FEW = 256


class Buckets(dict[str, Any]):
    """Takes the place of `HTTPClient._buckets`.

    Whenever a bucket is added and there are 256 or more, the library looks at every one of
    them for some to drop: with 10,000 channels that costs more than all else of a post. It
    asks for the length first, and here learns the true one only when half as many were added
    since the last time. So what it does at all is a constant share of each addition.
    """

    def __init__(self) -> None:
        super().__init__()
        self._added = 0

    def __setitem__(self, key: str, bucket: Any) -> None:
        self._added += key not in self
        super().__setitem__(key, bucket)

    def __len__(self) -> int:
        size = super().__len__()
        if self._added < max(_FEW, size // 2):
            return 0
        self._added = 0
        return size
