"""Fine-tuning on a user's own clean data, without a home: any causal model, LoRA or in full, answers only."""
