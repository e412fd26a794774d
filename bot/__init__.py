"""Tocsin: a ChatOps incident-response bot for AI systems.

Nothing lives at the top of the package but its version; the rooms are
described in docs/concepts/house.md.
"""

__version__ = "0.1.0"
