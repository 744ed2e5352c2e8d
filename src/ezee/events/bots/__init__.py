"""Which program, if any, is behind an event: verdicts with their rule and category."""
