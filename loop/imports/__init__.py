"""Past writing, read from files: formats, columns, counts and joins become rows. Nothing here writes."""
