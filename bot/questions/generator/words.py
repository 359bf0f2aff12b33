"""The vocabulary that the templates draw from, so that their programs read like real ones."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random


@dataclass(frozen=True, slots=True)
class Resource:
    """Something an API serves, with attributes of three types that suit it."""

    name: str
    plural: str
    numbers: tuple[str, ...]
    texts: tuple[str, ...]
    flags: tuple[str, ...]

    @property
    def model(self) -> str:
        """The name of its model class."""
        return "".join(part.capitalize() for part in self.name.split("_"))

    @property
    def path(self) -> str:
        """The path of its collection, without a slash at the end."""
        return "/" + self.plural.replace("_", "-")


RESOURCES = (
    Resource("order", "orders", ("quantity", "discount"), ("note", "coupon"), ("gift", "paid")),
    Resource("book", "books", ("pages", "edition"), ("title", "isbn"), ("signed", "used")),
    Resource("room", "rooms", ("floor", "beds"), ("label", "view"), ("quiet", "booked")),
    Resource("ticket", "tickets", ("priority", "votes"), ("subject", "status"), ("open", "urgent")),
    Resource("flight", "flights", ("gate", "delay"), ("carrier", "terminal"), ("direct", "full")),
    Resource("invoice", "invoices", ("total", "tax"), ("currency", "memo"), ("paid", "overdue")),
    Resource("player", "players", ("score", "rank"), ("nickname", "team"), ("active", "banned")),
    Resource("course", "courses", ("credits", "seats"), ("code", "teacher"), ("online", "full")),
    Resource("recipe", "recipes", ("servings", "minutes"), ("cuisine", "name"), ("vegan", "spicy")),
    Resource("device", "devices", ("battery", "port"), ("serial", "owner"), ("online", "locked")),
    Resource("parcel", "parcels", ("weight", "stops"), ("sender", "carrier"), ("fragile", "lost")),
    Resource("song", "songs", ("plays", "year"), ("artist", "album"), ("explicit", "live")),
    Resource("server", "servers", ("cores", "memory"), ("region", "image"), ("public", "spot")),
    Resource("plant", "plants", ("height", "age"), ("species", "colour"), ("indoor", "rare")),
    Resource("movie", "movies", ("length", "rating"), ("genre", "studio"), ("dubbed", "classic")),
    Resource(
        "account", "accounts", ("balance", "limit"), ("holder", "branch"), ("frozen", "joint")
    ),
    Resource("task", "tasks", ("effort", "points"), ("summary", "owner"), ("done", "blocked")),
    Resource("sensor", "sensors", ("reading", "channel"), ("unit", "site"), ("armed", "faulty")),
    Resource("lesson", "lessons", ("week", "marks"), ("subject", "tutor"), ("open", "hybrid")),
    Resource("bike", "bikes", ("gears", "range"), ("brand", "dock"), ("electric", "rented")),
)

TEXTS = (
    "amber", "basil", "cedar", "delta", "ember", "fjord", "grove", "harbor", "indigo", "jasper",
    "koala", "lotus", "maple", "north", "olive", "pearl", "quartz", "river", "slate", "tulip",
)  # fmt: skip

DEPENDENCIES = (
    "settings", "session", "cache", "tenant", "locale", "clock", "audit", "quota", "tracer",
    "mailer", "search", "storage", "features", "ledger", "limits", "profile",
)  # fmt: skip

MIDDLEWARE = (
    "timing", "logging", "auth", "tracing", "metrics", "locale", "tenant", "cache", "audit",
    "gzip", "limits", "session", "errors", "cors",
)  # fmt: skip


def pick_resource(random: Random) -> Resource:
    """Pick one of the resources."""
    return random.choice(RESOURCES)
