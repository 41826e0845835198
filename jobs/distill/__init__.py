"""Distillation: from what people said of texts to versioned, immutable datasets with their lineage."""
