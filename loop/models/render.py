"""From messages to the tokens that a local model continues: its chat template, or a plain rendering without one.

A last message by the assistant is continued, not answered. A prompt that leaves no room is shortened, see `fit`.
No messages at all are the beginning of a bare text, without a template; see `bare`.
"""

from collections.abc import Callable, Sequence
from typing import Any

from loop.brief import Message


def encode(tokenizer: Any, messages: Sequence[Message]) -> list[int]:
    """The prompt's tokens."""
    if not messages:
        return bare(tokenizer, "")
    text = as_text(tokenizer, messages)
    return _ids(tokenizer, text, special=tokenizer.chat_template is None)


def bare(tokenizer: Any, text: str) -> list[int]:
    """The tokens of a text that answers nothing: after the marker of a text's beginning, or else of another's end."""
    ids, first = _ids(tokenizer, text, special=True), tokenizer.bos_token_id
    if first is not None and ids[:1] == [first]:
        return ids
    before = tokenizer.eos_token_id if first is None else first
    return [before or 0, *ids]


def as_text(tokenizer: Any, messages: Sequence[Message]) -> str:
    """The prompt as text.

    Without a chat template: the messages' texts, a line break after each except after a beginning of the answer.
    """
    if tokenizer.chat_template is None:
        open_end = messages[-1]["role"] == "assistant"
        return "\n".join(message["content"] for message in messages) + ("" if open_end else "\n")
    try:
        return _templated(tokenizer, messages)
    except Exception as error:  # the template's own, by `raise_exception`: it may know no system role
        if messages[0]["role"] != "system" or len(messages) < 2:
            raise ValueError(f"the model's chat template refused the messages ({error})") from error
        return _templated(tokenizer, _without_system(messages))


def encode_answer(tokenizer: Any, messages: Sequence[Message], answer: str) -> list[int]:
    """The tokens of an answer after these messages, without an end marker, as training sees them."""
    special = tokenizer.chat_template is None
    answer = harmless(tokenizer, [{"role": "assistant", "content": answer}])[0]["content"]
    if not messages:
        return bare(tokenizer, answer)[len(bare(tokenizer, "")) :]
    prompt = as_text(tokenizer, harmless(tokenizer, messages))
    before, whole = _ids(tokenizer, prompt, special=special), _ids(tokenizer, prompt + answer, special=special)
    return whole[len(before) :] if whole[: len(before)] == before else _ids(tokenizer, answer, special=False)


def end_token(tokenizer: Any) -> int | None:
    """What the model writes after an answer: the chat template's end-of-turn marker, else the end-of-text token."""
    eos: int | None = tokenizer.eos_token_id
    if tokenizer.chat_template is None:
        return eos
    talk: list[Message] = [{"role": "user", "content": "a"}, {"role": "assistant", "content": "zq"}]
    text = tokenizer.apply_chat_template(talk, tokenize=False)
    after = _ids(tokenizer, text[text.rindex("zq") + 2 :], special=False)
    return after[0] if after and after[0] in tokenizer.added_tokens_decoder else eos


def fit(tokenizer: Any, messages: list[Message], room: int) -> list[int]:
    """The prompt's tokens, at most `room`.

    What is too long loses, in this order and only as far as needed: the oldest messages between the system message and
    the last one; the beginning of the last message, by whole lines (examples stand there, the request at its end);
    the beginning of its last line, by characters; the end of the system message; at last, tokens from the left.
    """
    messages = harmless(tokenizer, messages)
    tokens = encode(tokenizer, messages)
    return tokens if len(tokens) <= room else _shorten(tokenizer, messages, room)


def harmless(tokenizer: Any, messages: Sequence[Message]) -> list[Message]:
    """The messages without the model's own markers: a text from memory must not end a turn or begin another."""
    markers = [token.content for token in tokenizer.added_tokens_decoder.values() if token.special]
    found = {m for m in markers if any(m in message["content"] for message in messages)}
    return [_with(message, _without(message["content"], found)) for message in messages] if found else list(messages)


def _without(text: str, markers: set[str]) -> str:
    while any(marker in text for marker in markers):  # again, since what remains may close up to a marker
        for marker in markers:
            text = text.replace(marker, "")
    return text


def _shorten(tokenizer: Any, messages: list[Message], room: int) -> list[int]:
    head = [m for m in messages[:1] if m["role"] == "system"]
    body, last = messages[len(head) : -1], messages[-1]
    last_alone = [*head, last] if last not in head else head
    if body and _fits(tokenizer, last_alone, room):
        return _longest(lambda k: encode(tokenizer, [*head, *body[k:], last]), len(body), room)
    return _shorten_last(tokenizer, head if last not in head else [], last, room)


def _shorten_last(tokenizer: Any, head: list[Message], last: Message, room: int) -> list[int]:
    lines = last["content"].splitlines(keepends=True) or [""]
    if _fits(tokenizer, [*head, _with(last, lines[-1])], room):
        return _longest(lambda k: encode(tokenizer, [*head, _with(last, "".join(lines[k:]))]), len(lines) - 1, room)
    tail = lines[-1]
    if _fits(tokenizer, [*head, _with(last, tail[-1:])], room):
        return _longest(lambda k: encode(tokenizer, [*head, _with(last, tail[k:])]), len(tail) - 1, room)
    return _shorten_head(tokenizer, head, last, room)


def _shorten_head(tokenizer: Any, head: list[Message], last: Message, room: int) -> list[int]:
    """The system message itself is too long: it keeps its beginning, in half of the room."""
    if head and _fits(tokenizer, [_with(head[0], ""), _with(last, last["content"][-1:])], room // 2):
        system = head[0]["content"]
        kept = _best(
            lambda k: len(encode(tokenizer, [_with(head[0], system[: len(system) - k])])), len(system), room // 2
        )
        return fit(tokenizer, [_with(head[0], system[: len(system) - kept]), last], room)
    return encode(tokenizer, [*head, last])[-room:]


def _longest(render: Callable[[int], list[int]], most: int, room: int) -> list[int]:
    return render(_best(lambda k: len(render(k)), most, room))


def _best(size: Callable[[int], int], most: int, room: int) -> int:
    """The least cut in 0..most that fits, by bisection; `most` is taken to fit."""
    low, high = 0, most
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if size(middle) <= room else (middle + 1, high)
    return low


def _fits(tokenizer: Any, messages: list[Message], room: int) -> bool:
    return len(encode(tokenizer, messages)) <= room


def _with(message: Message, content: str) -> Message:
    return {"role": message["role"], "content": content}


def _without_system(messages: Sequence[Message]) -> list[Message]:
    system, first, *rest = messages
    return [_with(first, f"{system['content']}\n\n{first['content']}"), *rest]


def _templated(tokenizer: Any, messages: Sequence[Message]) -> str:
    goes_on = messages[-1]["role"] == "assistant"
    text: str = tokenizer.apply_chat_template(
        list(messages), tokenize=False, add_generation_prompt=not goes_on, continue_final_message=goes_on
    )
    return text


def _ids(tokenizer: Any, text: str, *, special: bool) -> list[int]:
    ids: list[int] = tokenizer(text, add_special_tokens=special, verbose=False)["input_ids"]
    return ids
