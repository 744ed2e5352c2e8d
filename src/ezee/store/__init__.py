"""Where events are kept and questions answered."""
