"""An adapter and its base as one model."""

import warnings
from pathlib import Path

from jobs.publish.subject import Subject
from loop.models.files import check_adapter, find_model
from loop.models.weights import load_local


def merge(subject: Subject, folder: Path) -> None:
    """Write the merged weights with the base's tokenizer and chat template.

    The base is the one that the model was trained on here, whatever others call it.
    """
    from peft import PeftModel

    check_adapter(subject.folder)
    find_model(subject.base_here)
    engine = load_local(subject.base_here, "cpu")
    with warnings.catch_warnings():  # PEFT 0.21 asks transformers 5.23 for a property that is deprecated there
        warnings.filterwarnings("ignore", "`is_gradient_checkpointing` is deprecated", FutureWarning)
        whole = PeftModel.from_pretrained(engine.model, subject.folder).merge_and_unload()
    whole.save_pretrained(folder)
    engine.tokenizer.save_pretrained(folder)
