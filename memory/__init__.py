"""What was written before: embedder, Chroma index, recall strategies. Imports nothing of ours."""
