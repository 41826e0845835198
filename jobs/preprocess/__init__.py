"""A user's own files, cleaned, without copies, and split into what is trained on and what is not."""
