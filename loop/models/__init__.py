"""Language models: one way to ask any of them for n candidates, local or remote."""
