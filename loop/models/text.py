"""One candidate's tokens, turned into text as they come: whole characters only, and never a part of a stop string."""

from collections.abc import Callable

UNFINISHED = "\ufffd"  # what decoders put for bytes that are not (yet) a character


class Cut:
    """Text that ends before the first stop string; what may still become one is held back until it is known."""

    def __init__(self, stop: tuple[str, ...]) -> None:
        self._stop = tuple(s for s in stop if s)
        self._held = ""
        self._parts: list[str] = []
        self.stopped = False

    @property
    def text(self) -> str:
        """Everything given out so far."""
        return "".join(self._parts)

    def give(self, new: str) -> str:
        """The part of the text so far that is certain and was not given out yet."""
        if self.stopped:
            return ""
        self._held += new
        cut = first_stop(self._held, self._stop)
        self.stopped = cut is not None
        sure = len(self._held) - _may_begin(self._held, self._stop) if cut is None else cut
        out, self._held = self._held[:sure], self._held[sure:] if cut is None else ""
        self._parts.append(out)
        return out

    def flush(self) -> str:
        """What was still held back, when nothing follows."""
        out, self._held = self._held, ""
        self._parts.append(out)
        return out


class TextOut:
    """Incremental decoding of one candidate.

    Tokens are decoded together with those that were decoded just before (the way of text-generation-inference), so
    that decoders which treat the first token of a text specially give the same text as decoding everything at once.
    """

    def __init__(self, decode: Callable[[list[int]], str], stop: tuple[str, ...] = ()) -> None:
        self._decode = decode
        self._cut = Cut(stop)
        self._ids: list[int] = []  # the tokens of the last whole text, and those after it
        self._whole = 0  # how many of them were given out
        self._known = ""  # their text

    @property
    def text(self) -> str:
        """Everything given out so far."""
        return self._cut.text

    @property
    def stopped(self) -> bool:
        """Whether a stop string appeared."""
        return self._cut.stopped

    def push(self, token: int) -> str:
        """The text that one more token makes certain; often empty."""
        self._ids.append(token)
        text = self._decode(self._ids)
        return "" if text.endswith(UNFINISHED) else self._advance(text)

    def flush(self) -> str:
        """What was still held back; call it when no token follows."""
        late = self._advance(self._decode(self._ids)) if len(self._ids) > self._whole else ""
        return late + self._cut.flush()

    def _advance(self, text: str) -> str:
        new = text[len(self._known) :]
        self._ids = self._ids[self._whole :]
        self._whole = len(self._ids)
        self._known = self._decode(self._ids)
        return self._cut.give(new)


def first_stop(text: str, stop: tuple[str, ...]) -> int | None:
    """Where the text is cut: the start of the stop string that is complete first, so that chunking does not matter."""
    found = [(at + len(s), at) for s in stop if (at := text.find(s)) >= 0]
    return min(found)[1] if found else None


def _may_begin(text: str, stop: tuple[str, ...]) -> int:
    """The length of the longest end of the text with which a stop string begins."""
    longest = min(len(text), max((len(s) for s in stop), default=1) - 1)
    return next((k for k in range(longest, 0, -1) if any(s.startswith(text[-k:]) for s in stop)), 0)
