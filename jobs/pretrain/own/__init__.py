"""Pretraining on a user's own corpora: a tokenizer and a small causal model from scratch."""
