"""What is kept, handed out as files for other programs."""
