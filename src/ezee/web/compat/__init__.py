"""Other trackers' protocols: their clients send to this service unchanged."""
