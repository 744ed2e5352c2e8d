"""The script for other people's pages: its versions, how they are served, and its tag."""
