"""Cookie-free web analytics and hit counters: durable, exact, and simple to run."""

__version__ = "0.1.0"
