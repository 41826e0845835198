"""Training: methods by name, run in a child process that can be killed and goes on where it was."""
