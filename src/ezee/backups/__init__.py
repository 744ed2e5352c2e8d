"""Backups: everything a service knows but for the salts, in a folder that tells if it is whole."""
