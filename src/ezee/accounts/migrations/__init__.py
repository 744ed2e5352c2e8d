"""The account database's schema, step by step."""

NEWEST = "0010"
"""The revision of the last step; a test holds it to the scripts."""
