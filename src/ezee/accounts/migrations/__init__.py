"""The account database's schema, step by step."""

NEWEST = "0011"
"""The revision of the last step; a test holds it to the scripts."""
