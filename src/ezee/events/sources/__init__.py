"""Where visitors come from: hosts and their names, campaigns, channels. Read ``table`` first."""
