"""Pretraining: a small causal language model from scratch, and the committed recipe of the starter.

`python -m jobs.pretrain --recipe starter --data DIR --out DIR` makes the model that ships in `loop/starter`:
openly licensed text (`sources.py`) and a compositional generator of our own (`patterns_*.py`).
"""
