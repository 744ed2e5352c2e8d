"""A question's way: parameters → ``StatsQuery`` → the store's integers → an answer."""
