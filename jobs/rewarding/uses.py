"""What a reward model is good for beside training: the best of several candidates, and what to ask next."""

from collections.abc import Sequence

from jobs.rewarding.scorer import Scorer
from memory.embedder import Embedder
from rewards.choose import spread


def best_of(scorer: Scorer, prompt: str, candidates: Sequence[str], *, sure: bool = False) -> int:
    """The place of the candidate with the highest expected reward, or with `sure` the highest lower bound.

    Of equals it is the first. Raises ValueError when there is none.
    """
    if not candidates:
        raise ValueError("there is no candidate to choose from")
    asked = [prompt] * len(candidates)
    return int((scorer.lower if sure else scorer.score)(asked, candidates).argmax())


def ask_next(scorer: Scorer, embedder: Embedder, prompts: Sequence[str], texts: Sequence[str], k: int) -> list[int]:
    """Places of the k texts whose ratings would tell most, the first first: unsure, and unlike one another."""
    unsure = scorer.score(prompts, texts) - scorer.lower(prompts, texts)
    return spread(unsure, embedder.embed(texts), k)


def show(scorer: Scorer, embedder: Embedder, prompts: Sequence[str], texts: Sequence[str], k: int) -> list[int]:
    """Places of the k texts to show: of high expected reward, and unlike one another."""
    return spread(scorer.score(prompts, texts), embedder.embed(texts), k)
