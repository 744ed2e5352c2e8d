"""The values that an event's way and a question's way both speak. No behaviour of either."""
