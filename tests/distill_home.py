"""A small home that lives by events alone, for the tests of distillation."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from jobs.distill.dataset import Dataset
from jobs.distill.run import distill
from jobs.settings import DistillSettings
from loop import feedback
from loop.brief import prompt_id
from loop.events import CandidateWritten, PairImported, RecalledItem, TextImported, TurnTaken, Votes
from loop.handlers import HANDLERS
from loop.ledger import Ledger
from loop.projector import Projector
from loop.prompts import pack
from loop.settings import TASKS
from rewards.settings import RewardSettings
from tests.fakes import WordEmbedder

TASK = "caption"


class Home:
    """A ledger with its read models, a folder, and short ways to say that something happened."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.ledger = Ledger.in_home(folder)
        self.ledger.project(Projector(self.ledger, HANDLERS, RewardSettings()))
        self.embedder = WordEmbedder()
        self.count = 0

    def turn(
        self, prompt: str, texts: Sequence[str], *, recalled: Sequence[str] = (), echo: Sequence[int] = ()
    ) -> list[str]:
        """A turn with these candidates; their ids."""
        turn_id, asked = self._id("t"), prompt_id(TASK, prompt)
        taken = TurnTaken(
            turn_id=turn_id, task=TASK, prompt_id=asked, n=len(texts), strategy="best", propensity=1.0,
            model_id="fake", seed=0, recalled=tuple(RecalledItem(item_id=id_, similarity=0.5) for id_ in recalled),
        )  # fmt: skip
        ids = [self._id("c") for _ in texts]
        written = [
            CandidateWritten(
                candidate_id=id_, turn_id=turn_id, task=TASK, prompt_id=asked, position=n, model_id="fake",
                strategy="best", novelty=0.5, echo_of="c_other" if n in echo else None,
            )
            for n, id_ in enumerate(ids)
        ]  # fmt: skip
        self.ledger.append(taken, *written, texts={asked: pack(prompt)} | dict(zip(ids, texts, strict=True)))
        return ids

    def imported(self, text: str, prompt: str | None = None, votes: Sequence[Votes] = ()) -> str:
        """A text from before; its id."""
        self.count += 1
        id_ = f"i_{self.count:012d}"
        asked = None if prompt is None else prompt_id(TASK, prompt)
        event = TextImported(item_id=id_, task=TASK, prompt_id=asked, source="s", row=self.count, votes=tuple(votes))
        self.ledger.append(event, texts={id_: text} | ({asked: pack(prompt)} if asked and prompt else {}))
        return id_

    def prefer(self, prompt: str, chosen: str, rejected: str, votes: tuple[float, float] = (1, 0)) -> None:
        """An imported preference between two items."""
        self.count += 1
        event = PairImported(
            task=TASK, prompt_id=prompt_id(TASK, prompt), chosen=chosen, rejected=rejected, source="s", row=self.count,
            chosen_votes=votes[0], rejected_votes=votes[1],
        )  # fmt: skip
        self.ledger.append(event)

    def rate(self, item_id: str, score: int, rater: str = "me") -> None:
        """The same score on every criterion."""
        feedback.rate(self.ledger, TASKS, item_id, dict.fromkeys(TASKS[TASK].criteria, score), rater=rater)

    def distill(self, settings: DistillSettings | None = None, *, into: Path | None = None, **more: Any) -> Dataset:
        """Distill this home, or its ledger into another folder that remembers nothing."""
        chosen = settings or DistillSettings()
        return distill(self.ledger, into or self.folder, TASKS, chosen, embedder=self.embedder, **more)

    def _id(self, kind: str) -> str:
        self.count += 1
        return f"{kind}_{self.count:012d}"


def rows(dataset: Dataset, name: str) -> list[dict[str, Any]]:
    """The rows of one of a dataset's files."""
    import json

    return [json.loads(line) for line in (dataset.path / f"{name}.jsonl").read_text().splitlines()]


def content(dataset: Dataset) -> dict[str, bytes]:
    """Every file of rows, byte for byte."""
    return {file.name: file.read_bytes() for file in sorted(dataset.path.glob("*.jsonl"))}


def text_of(row: dict[str, Any], column: str = "completion") -> str:
    """What the model says in a row."""
    (message,) = row[column]
    assert message["role"] == "assistant"
    return str(message["content"])


def free_prompt(held: bool, share: float = 0.2, start: int = 0) -> str:
    """A prompt that is held out, or is not."""
    from jobs.distill.hold_out import share_of

    numbers = range(start, start + 10_000)
    return next(p for n in numbers if (share_of(prompt_id(TASK, p := f"prompt {n}")) < share) == held)
