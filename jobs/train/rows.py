"""Rows of a dataset, read, sampled, set apart for validation, and turned into the tokens that the model will see.

The tokens are those of `loop.models.render`, the same with which the engine prompts and the judge scores: with any
chat template, or none, a model is trained on exactly what it is asked with later. TRL would render templates by itself
and drop rows that are too long; prompts here are shortened as they are for writing.
"""

import json
import random
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from jobs.train.run import Row
from loop.brief import Message
from loop.errors import BadInput
from loop.models import render

FEW_PROMPTS = 10
"""With fewer prompts, rows are set apart one by one and not by prompt."""
SHORTEST_PROMPT = 16  # tokens that the prompt keeps when the answer is long


def read_rows(file: Path) -> list[Row]:
    """The rows of a JSONL file; none when there is no file. Raises BadInput for a line that is no row."""
    return list(_lines(file)) if file.is_file() else []


def _lines(file: Path) -> Iterator[Row]:
    with file.open(encoding="utf-8") as stream:
        for number, line in enumerate(stream, 1):
            try:
                row = json.loads(line)
            except ValueError as error:
                raise BadInput(
                    f"line {number} of {file.name} is no JSON ({error}); distill the dataset again"
                ) from error
            if not isinstance(row, dict) or "prompt" not in row:
                raise BadInput(f"line {number} of {file.name} has no prompt; distill the dataset again")
            yield row


def sample(rows: Sequence[Row], most: int, seed: int) -> list[Row]:
    """At most so many rows in their order, drawn fairly."""
    if len(rows) <= most:
        return list(rows)
    kept = random.Random(seed).sample(range(len(rows)), most)
    return [rows[place] for place in sorted(kept)]


def set_apart(rows: Sequence[Row], share: float, seed: int) -> tuple[list[Row], list[Row]]:
    """Rows to train on, and rows of other prompts to choose the checkpoint by; too few of both leave none."""
    keys = [prompt_key(row) for row in rows]
    if len(set(keys)) < FEW_PROMPTS:
        keys = [str(place) for place in range(len(rows))]
    groups = sorted(set(keys))
    n = int(len(groups) * share)
    apart = set(random.Random(seed).sample(groups, n))
    train = [row for row, key in zip(rows, keys, strict=True) if key not in apart]
    return train, [row for row, key in zip(rows, keys, strict=True) if key in apart]


def prompt_key(row: Row) -> str:
    """What says that two rows answer the same request."""
    return str(row.get("prompt_id") or json.dumps(row["prompt"], sort_keys=True))


def texts_of(messages: Any) -> str:
    """The text of a completion, which is a list of one message or a string."""
    return messages if isinstance(messages, str) else "".join(message["content"] for message in messages)


def messages_of(prompt: Any) -> list[Message]:
    """A prompt as messages; a bare string is what the user says."""
    return [{"role": "user", "content": prompt}] if isinstance(prompt, str) else list(prompt)


class Tokens:
    """From rows to token ids; `end` closes every answer, if the model has such a marker."""

    def __init__(self, tokenizer: Any, most: int) -> None:
        self._tokenizer = tokenizer
        self._most = most
        self._end = render.end_token(tokenizer)

    def answers(self, prompt: Any, texts: Iterable[Any]) -> tuple[list[int], list[list[int]]]:
        """The prompt's tokens, shortened to leave room, and those of each answer."""
        messages = messages_of(prompt)
        room = max(1, self._most - SHORTEST_PROMPT)
        answers = [self._answer(messages, texts_of(text))[:room] for text in texts]
        left = max(1, self._most - max(map(len, answers)))
        return render.fit(self._tokenizer, messages, left), answers

    def prompt(self, prompt: Any, room: int) -> list[int]:
        """The tokens of a prompt to write for, shortened to leave `room` tokens for the text."""
        return render.fit(self._tokenizer, messages_of(prompt), max(SHORTEST_PROMPT, self._most - room))

    def _answer(self, messages: list[Message], text: str) -> list[int]:
        (clean,) = render.harmless(self._tokenizer, [{"role": "assistant", "content": text}])
        tokens = render.encode_answer(self._tokenizer, messages, clean["content"])
        return tokens if self._end is None else [*tokens, self._end]
