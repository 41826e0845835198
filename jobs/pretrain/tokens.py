"""The starter's tokenizer: byte-level BPE and a chat template in the loop's shape; rows as token ids and weights."""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from jobs.pretrain.grammar import words
from jobs.pretrain.rows import Row
from loop.brief import request
from loop.settings import TASKS

PAD, SYSTEM, USER, ASSISTANT, END = "<|pad|>", "<|system|>", "<|user|>", "<|assistant|>", "<|end|>"
SPECIAL = (PAD, SYSTEM, USER, ASSISTANT, END)
TEMPLATE = (
    "{% for message in messages %}"
    "{% if message['role'] == 'assistant' %}"
    "<|assistant|>{% generation %}{{ message['content'] }}<|end|>{% endgeneration %}"
    "{% else %}{{ '<|' + message['role'] + '|>' + message['content'] + '<|end|>' }}{% endif %}"
    "{% endfor %}{% if add_generation_prompt %}<|assistant|>{% endif %}"
)
LIKED = f"{USER}Liked before:\n- "
PROMPT_WEIGHT = 0.2
"""Weight of a prompt token in the loss. A token of the completion has 1, and so has one of a liked example, which is
text of the same kind: most of what a short training can learn from."""
COPY_WEIGHT = 3.0
"""Weight of a token of the completion that the request holds too: taking up the prompt is learned last."""
COMMON = frozenset(
    words("an; the; of; in; on; at; to; for; and; or; with; is; it; my; you; that; who; what; how; write; about; idea")
)


class Encoded(NamedTuple):
    """Token ids of a row, how much each counts in the loss, and where the completion begins."""

    ids: list[int]
    weights: list[float]
    answer: int


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
    before = tokenizer(prompt, add_special_tokens=False, return_offsets_mapping=True)
    after = tokenizer(row.completion + END, add_special_tokens=False, return_offsets_mapping=True)
    first, last = _liked_span(prompt, bool(row.liked))
    asked = [1.0 if first <= begin < last else PROMPT_WEIGHT for begin, _ in before["offset_mapping"]]
    wanted = _own_words(row, prompt, before["offset_mapping"])
    said = (_plain(row.completion, span) for span in after["offset_mapping"])
    answered = [COPY_WEIGHT if word in wanted else 1.0 for word in said]
    return Encoded(before["input_ids"] + after["input_ids"], asked + answered, len(asked))


def _own_words(row: Row, prompt: str, spans: list[tuple[int, int]]) -> set[str]:
    """The writer's own words in the request, as tokens: what a completion should take up."""
    start = prompt.rindex(request(TASKS[row.task], row.prompt, row.fields))
    found = {_plain(prompt, span) for span in spans if span[0] >= start}
    return {word for word in found if len(word) > 1 and word.isalpha() and word not in COMMON}


def _plain(text: str, span: tuple[int, int]) -> str:
    return text[span[0] : span[1]].strip().lower()


def _liked_span(prompt: str, liked: bool) -> tuple[int, int]:
    """Where the liked examples stand in the prompt, in characters."""
    if not liked:
        return 0, 0
    first = prompt.index(LIKED) + len(LIKED)
    return first, prompt.index("\n\n", first)
