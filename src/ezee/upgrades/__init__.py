"""Bringing a data folder to this version, after a snapshot, and back to it."""
