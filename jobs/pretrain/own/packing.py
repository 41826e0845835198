"""Texts as one long row of tokens on the disk, and that row in windows of equal length: nothing is padding."""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import numpy as np
from numpy.typing import NDArray

from jobs.pretrain.tokens import train_tokenizer
from jobs.train.plan import replace_json

TOKENIZER_CHARACTERS = 64_000_000
"""Characters that the tokenizer is trained on, at most."""
AT_ONCE = 1_000
T = TypeVar("T")
Tokens = NDArray[np.uint16]
Heard = Callable[[int], None]
"""Hears how many characters were read."""


class Packed(msgspec.Struct, frozen=True, kw_only=True):
    """How much text a file of tokens holds; the markers between texts count as tokens and not as bytes."""

    texts: int
    tokens: int
    text_bytes: int


def make_tokenizer(texts: Iterable[str], vocabulary: int, context: int, folder: Path, heard: Heard) -> Any:
    """The tokenizer of a training: made once, then read back."""
    from transformers import AutoTokenizer

    if not (folder / "done").is_file():
        tokenizer = train_tokenizer(_sample(texts, heard), vocabulary)
        tokenizer.model_max_length = context
        tokenizer.save_pretrained(folder)
        (folder / "done").touch()
    return AutoTokenizer.from_pretrained(folder)


def pack(texts: Iterable[str], tokenizer: Any, file: Path, heard: Heard) -> Packed:
    """Write the tokens of all texts, an end marker before each and after the last; once, then it is read back."""
    told = file.with_suffix(".json")
    if told.is_file():
        return msgspec.json.decode(told.read_bytes(), type=Packed)
    end, part = tokenizer.eos_token_id, file.with_suffix(".part")
    count, size, written = 0, 0, 1
    with part.open("wb") as out:
        np.array([end], np.uint16).tofile(out)
        for some in _batched(texts, AT_ONCE):
            for ids in tokenizer(some, add_special_tokens=False, verbose=False)["input_ids"]:
                np.array([*ids, end], np.uint16).tofile(out)
                written += len(ids) + 1
            count, size = count + len(some), size + sum(len(text.encode()) for text in some)
            heard(size)
    part.replace(file)
    packed = Packed(texts=count, tokens=written, text_bytes=size)
    replace_json(told, packed)
    return packed


def read_tokens(file: Path) -> Tokens:
    """The tokens of a file, mapped and not loaded."""
    return np.memmap(file, np.uint16, "r")


def windows(tokens: Tokens, length: int, batch: int, seed: int, epoch: int) -> Iterator[NDArray[np.int64]]:
    """Batches (batch, length + 1) of windows, each beginning with the last token of the one before it.

    Every window once an epoch, in an order of its own, the last batch filled up from the order's beginning.
    """
    count = max(1, (len(tokens) - 1) // length)
    order = np.random.default_rng((seed, epoch)).permutation(count)
    for some in _batched(order.tolist(), batch):
        places = [*some, *np.resize(order, batch - len(some))]
        yield np.stack([tokens[place * length : (place + 1) * length + 1] for place in places]).astype(np.int64)


def _sample(texts: Iterable[str], heard: Heard) -> Iterator[str]:
    read = 0
    for text in texts:
        yield text
        read += len(text)
        heard(read)
        if read >= TOKENIZER_CHARACTERS:
            return


def _batched(things: Iterable[T], size: int) -> Iterator[list[T]]:
    source = iter(things)
    while some := list(islice(source, size)):
        yield some
