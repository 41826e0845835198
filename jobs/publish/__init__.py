"""Models to the Hugging Face Hub and from it: a folder with a card that says where they come from."""
