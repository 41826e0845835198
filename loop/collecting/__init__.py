"""Texts from web pages and feeds: asked for politely, read in bounded memory, taken in as an import is."""
