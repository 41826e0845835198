"""The starter's tokenizer: byte-level BPE and a chat template in the loop's shape; rows as token ids and weights."""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from jobs.pretrain.rows import Row

PAD, SYSTEM, USER, ASSISTANT, END = "<|pad|>", "<|system|>", "<|user|>", "<|assistant|>", "<|end|>"
SPECIAL = (PAD, SYSTEM, USER, ASSISTANT, END)
TEMPLATE = (
    "{% for message in messages %}"
    "{% if message['role'] == 'assistant' %}"
    "<|assistant|>{% generation %}{{ message['content'] }}<|end|>{% endgeneration %}"
    "{% else %}{{ '<|' + message['role'] + '|>' + message['content'] + '<|end|>' }}{% endif %}"
    "{% endfor %}{% if add_generation_prompt %}<|assistant|>{% endif %}"
)
PROMPT_WEIGHT = 0.25
"""Weight of a prompt token in the loss; a completion token has 1. Liked examples are text of the same kind."""


class Encoded(NamedTuple):
    """Token ids of a row, and how much each counts in the loss; both of one length."""

    ids: list[int]
    weights: list[float]


def train_tokenizer(texts: Iterable[str], vocabulary: int) -> Any:
    """A byte-level BPE tokenizer of `vocabulary` entries, as transformers saves it."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    inner = Tokenizer(models.BPE())
    inner.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    inner.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary, special_tokens=list(SPECIAL), initial_alphabet=alphabet, show_progress=False
    )
    inner.train_from_iterator(texts, trainer)
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=inner,
        pad_token=PAD,
        eos_token=END,
        additional_special_tokens=[SYSTEM, USER, ASSISTANT],
        model_max_length=1024,
        clean_up_tokenization_spaces=False,
        padding_side="left",
    )
    tokenizer.chat_template = TEMPLATE
    return tokenizer


def row_texts(rows: Iterable[Row]) -> Iterator[str]:
    """The words of rows, prompt and completion, as the tokenizer's training text."""
    for row in rows:
        yield row.messages()[1]["content"]
        yield row.completion


def encode(row: Row, tokenizer: Any) -> Encoded:
    """A row as the chat template renders it, with the weights of its tokens."""
    system, user = row.messages()
    prompt = f"{SYSTEM}{system['content']}{END}{USER}{user['content']}{END}{ASSISTANT}"
    before = tokenizer(prompt, add_special_tokens=False)["input_ids"]
    after = tokenizer(row.completion + END, add_special_tokens=False)["input_ids"]
    return Encoded(before + after, [PROMPT_WEIGHT] * len(before) + [1.0] * len(after))
