"""Turning what other programs wrote into events."""
