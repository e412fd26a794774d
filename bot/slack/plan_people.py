"""People in the sentences about a plan; Tocsin and its administrator too. Pure."""

from collections.abc import Sequence

from bot.slack.sentences import Piece, Who


def people(ids: Sequence[str]) -> list[Piece]:
    """Return people one after the other, with commas between them."""
    found: list[Piece] = []
    for one in ids:
        found += [", ", who(one)] if found else [who(one)]
    return found


def who(one: str) -> Piece:
    """Return one of them; those who are no person of the workspace by their name."""
    return {"tocsin": "Tocsin", "admin": "an administrator"}.get(one) or Who(one)
