"""What runs while you sleep: distill, train, evaluate, promote, schedule; experiments; pretraining."""
