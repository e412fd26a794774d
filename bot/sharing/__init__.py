"""Sealed diagnostics: what is in a bundle, how it is sealed, and what proves a key.

No state and no door here: what may happen to a share is `bot/domain/share*.py`, and
who keeps it is `bot/shares/vault.py`.
"""
