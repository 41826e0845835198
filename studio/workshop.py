"""The jobs' tools, out of an open house."""

from jobs.workshop import Workshop
from studio.compose import House


def workshop(house: House, progress: bool = True) -> Workshop:
    """What distillation, training and evaluation work with; `progress` shows bars on stderr."""
    settings = house.settings
    return Workshop(
        home=house.home,
        ledger=house.ledger,
        registry=house.registry,
        tasks=settings.tasks,
        generator=settings.generator,
        open_embedder=lambda: house.memory.embedder,
        distill=settings.distill,
        train=settings.train,
        evaluate=settings.evaluate,
        gate=settings.gate,
        progress=progress,
    )
