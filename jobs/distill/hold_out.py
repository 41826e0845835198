"""Which prompts are never trained on: decided by a hash, so once and for ever, whatever else comes."""

import hashlib

import msgspec


class GroupKey(msgspec.Struct, frozen=True, order=True, array_like=True):
    """What is selected from together: the texts of one prompt, or the unprompted ones of a task on one side."""

    task: str
    prompt_id: str
    """Empty for the texts that have no prompt."""
    held: bool
    """Whether the texts are kept out of training."""


def share_of(id_: str, salt: str = "") -> float:
    """A number in [0, 1) that is evenly spread over ids and the same for the same id on any machine."""
    digest = hashlib.blake2b(f"{salt}{id_}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64


def group_of(item_id: str, task: str, prompt_id: str | None, share: float) -> GroupKey:
    """The group of an item; without a prompt the item's own hash decides whether it is held out."""
    return GroupKey(task, prompt_id or "", share_of(prompt_id or item_id) < share)
