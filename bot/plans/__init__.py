"""Plans: for them what the service is for incidents. What acts is `bot/gate`."""
