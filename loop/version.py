"""Which Reprise this is."""

from importlib.metadata import PackageNotFoundError, version


def own_version() -> str:
    """The installed version, such as `0.1.0`; `source` where only the source is there."""
    try:
        return version("reprise")
    except PackageNotFoundError:
        return "source"
