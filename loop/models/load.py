"""The one place that chooses between a local and a remote model."""

from pathlib import Path

from loop.errors import BadInput
from loop.models.base import Writer
from loop.settings import GeneratorSettings


def is_remote(settings: GeneratorSettings) -> bool:
    """Whether the model answers over the network: a URL is set, or it is named `provider:NAME`."""
    provider, colon, name = settings.model.partition(":")
    named = bool(colon and name) and len(provider) > 1 and provider.replace("_", "").isalnum()
    return bool(settings.url) or (named and not Path(settings.model).exists())


def open_writer(settings: GeneratorSettings, adapter: Path | None = None) -> Writer:
    """The configured model, with a LoRA adapter on it if one is given. Loads weights, so it may take seconds.

    Raises BadInput for what is no model, ModelUnusable for one that cannot be loaded.
    """
    if is_remote(settings):
        if adapter is not None:
            raise BadInput(
                "an adapter needs a local model, and generator.model is remote; set it to the adapter's base"
            )
        from loop.models.remote import open_remote

        return open_remote(settings)
    from loop.models.weights import load_local

    engine = load_local(settings.model, settings.device)
    if adapter is not None:
        engine.use_adapter(adapter)
    return engine
