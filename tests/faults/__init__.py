"""What a service of several nodes is without, one thing after another, while events come."""
