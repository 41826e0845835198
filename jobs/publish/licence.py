"""Under which licence a model is published: as is said, else that of its base."""

import re
from pathlib import Path

from jobs.publish.subject import OURS, Subject
from loop.errors import BadInput
from loop.models.files import STARTER

ID = re.compile(r"[a-z0-9][a-z0-9.+-]{0,63}")
"""As the Hub spells licences: `apache-2.0`, `cc-by-4.0`, `llama3.2`, `other`."""
CARD = "README.md"


def licence_of(subject: Subject, given: str | None) -> str:
    """The licence's id. Raises BadInput where none is said and the base's is not known."""
    if given is not None:
        if not ID.fullmatch(given):
            raise BadInput(f"'{given}' is no licence; write its id as the Hub does, such as apache-2.0 or cc-by-4.0")
        return given
    found = _declared(subject.folder) or (_of_base(subject.base) if subject.base else None)
    if not found:
        base = f" of its base '{subject.base}'" if subject.base else ""
        raise BadInput(f"the licence{base} is not known; say under which one you publish with --license ID")
    return found


def _of_base(base: str) -> str | None:
    return _declared(STARTER) if base == OURS else _asked(base)


def _declared(folder: Path) -> str | None:
    """What the card in a folder says."""
    from huggingface_hub import ModelCard

    try:
        card = ModelCard.load(folder / CARD, ignore_metadata_errors=True)
    except (OSError, ValueError):
        return None
    return _id(card.data.license)


def _asked(base: str) -> str | None:
    """What the Hub says of the base, if it can be asked."""
    from huggingface_hub import HfApi
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError

    try:
        card = HfApi().model_info(base).card_data
    except (HfHubHTTPError, HFValidationError, OSError):
        return None
    return _id(card.license) if card else None


def _id(found: object) -> str | None:
    return found if isinstance(found, str) and ID.fullmatch(found) else None
