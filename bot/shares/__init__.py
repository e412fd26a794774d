"""Sealed shares: kept, handed out, destroyed. `bot/sharing` is how they are sealed."""
