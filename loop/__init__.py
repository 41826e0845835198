"""The turn: events, ledger, projections, task profiles, prompts, language models, registry, imports."""
