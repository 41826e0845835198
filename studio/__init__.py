"""The shell: command line, web studio, HTTP API, configuration and the one composition root."""
