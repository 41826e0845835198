"""What the jobs work with: the parts of a home that training and evaluation need, put together in `studio/`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jobs.settings import DistillSettings, EvaluateSettings, GateSettings, TrainSettings
from loop.ledger import Ledger
from loop.registry import Registry
from loop.settings import GeneratorSettings, TaskProfile
from memory.embedder import Embedder


@dataclass(frozen=True, kw_only=True)
class Workshop:
    """An open home with its settings; models are loaded only when they are asked for."""

    home: Path
    ledger: Ledger
    registry: Registry
    tasks: Mapping[str, TaskProfile]
    generator: GeneratorSettings
    open_embedder: Callable[[], Embedder]
    distill: DistillSettings
    train: TrainSettings
    evaluate: EvaluateSettings
    gate: GateSettings
    progress: bool = True
    """Whether bars are shown on stderr."""

    def engine(self) -> Any:
        """The base model, loaded anew: an evaluation must not switch the adapter of the one that writes."""
        from loop.models.weights import load_local

        return load_local(self.generator.model, self.generator.device)

    def run_folder(self, run_id: str) -> Path:
        """Where a run keeps its state, its log and its report."""
        return self.home / "runs" / run_id
