"""Pretraining: a small causal language model from scratch, on a user's corpora (`own/`) or by the starter's recipe.

`reprise pretrain --recipe starter --data DIR --out DIR` makes the model that ships in `loop/starter`:
openly licensed text (`sources.py`) and a compositional generator of our own (`patterns_*.py`).
"""
