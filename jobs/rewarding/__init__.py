"""Reward models: fitted to what people said, held against what they said of other prompts, and kept by version."""
