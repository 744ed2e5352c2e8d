"""The account database's schema, step by step."""
