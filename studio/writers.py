"""Which model writes when somebody names one."""

from msgspec.structs import replace

from loop.models.base import Writer
from loop.models.load import open_writer
from loop.registry import MODEL_ID
from studio.compose import House


def writer_for(house: House, model: str | None) -> Writer:
    """The champion for None; else a trained model by its id, the bare base by its name, or any other model.

    Raises BadInput for what is no model, ModelUnusable for one that cannot be loaded.
    """
    settings = house.settings.generator
    if model is None:
        return house.writer
    if model == settings.model or any(known.model_id == model for known in house.registry.models()):
        return open_writer(settings, house.registry.adapter_path(model))
    pulled = house.registry.folder / model  # a whole model lies among the adapters, and is no champion
    if MODEL_ID.fullmatch(model) and (pulled / "config.json").is_file():
        return open_writer(replace(settings, model=str(pulled), url=""))
    return open_writer(replace(settings, model=model))
