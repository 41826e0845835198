"""How events are written down: each as JSON under the name of its class."""

import msgspec

from loop.events import Event


def _all(cls: type[Event]) -> dict[str, type[Event]]:
    found = {}
    for sub in cls.__subclasses__():
        found[sub.__name__] = sub
        found.update(_all(sub))
    return found


EVENTS: dict[str, type[Event]] = _all(Event)
_DECODERS = {name: msgspec.json.Decoder(cls) for name, cls in EVENTS.items()}
_encode = msgspec.json.Encoder().encode


class Recorded(msgspec.Struct, frozen=True):
    """An event with its place in the ledger and its time in UTC (ISO 8601)."""

    seq: int
    at: str
    event: Event


def encode(event: Event) -> str:
    """The event as JSON, without its type."""
    return _encode(event).decode()


def decode(type_: str, payload: str) -> Event:
    """The event again; a type that this version does not know raises KeyError."""
    return _DECODERS[type_].decode(payload)
