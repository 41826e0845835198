"""The studio in the browser, and the JSON API behind it."""
