"""Opening a reward model, whichever kind it is."""

from pathlib import Path

from jobs.rewarding.model import checked
from jobs.rewarding.on_vectors import HeadScorer, load_head
from loop.errors import BadInput
from memory.embedder import Embedder, load_embedder
from rewards.scorer import Scorer


def open_scorer(folder: Path, embedder: Embedder | None = None) -> Scorer:
    """The reward model of a folder, its hashes checked; it opens its embedder itself if it is given none.

    Raises BadInput for what is no reward model or for another embedder than it was fitted with, ModelUnusable for one
    that is incomplete or changed.
    """
    manifest, recipe = checked(folder)
    if recipe.kind == "trained":
        from jobs.rewarding.trained import TrainedScorer

        return TrainedScorer(manifest.model_id, folder, recipe.base, recipe.device)
    seeing = embedder or load_embedder(recipe.base)
    if seeing.fingerprint != recipe.embedder:
        raise BadInput(
            f"the reward model '{folder.name}' was fitted on vectors of '{recipe.embedder}', not of "
            f"'{seeing.fingerprint}'; fit one anew with `reprise reward`"
        )
    return HeadScorer(manifest.model_id, load_head(folder), seeing)
