"""Drills: played, timed and reported. Why they are harmless is in `bot/gate`."""
