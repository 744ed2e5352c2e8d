"""The report page of a tracker: what its address asks for, and what is shown for it."""
