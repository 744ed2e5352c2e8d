"""Users, trackers and tokens; who may see what. Knows nothing of events."""
