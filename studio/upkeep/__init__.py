"""Upkeep: is everything as the ledger says (verify), fit to work (doctor), made anew (rebuild), kept (backup)?"""
