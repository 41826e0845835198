"""Every command: importing a module of commands is what registers it. The order is that of `--help`."""

from importlib import import_module

from studio.cli.app import app

MODULES = (
    "serving", "writing", "said", "raters", "library", "collect", "learning", "reward",
    "experiment", "preprocess", "own_models", "models", "scheduled", "upkeep",
)  # fmt: skip

for module in MODULES:
    import_module(f"studio.cli.{module}")

__all__ = ["app"]
