"""How a refusal reads: what did not happen, why, and what to do."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

# How a next move begins: with what to do.
MOVES = {
    *("Ask", "Change", "Choose", "Do", "Draft", "Get", "Go", "Have", "Join", "Leave"),
    *("Look", "Make", "Move", "Name", "Open", "Press", "Propose", "Reject", "Run"),
    *("Say", "See", "Set", "Split", "Stop", "Take", "Tell", "Try", "Type", "Use"),
    "Wait",
}
# A fact begins small, but for names.
_NAMES = ("<@", "AWS ", "Slack ", "T1 ", "T2 ")
_NOT = re.compile(r"\b(not|Nothing|No|left as it is)\b")
Row = Mapping[str, str]


def rows(found: Any, place: str = "") -> Iterator[tuple[str, Row]]:
    """Return every refusal of a table, with where it stands."""
    if isinstance(found, dict) and "because" in found:
        yield place, found
    elif isinstance(found, dict):
        for name, one in found.items():
            yield from rows(one, f"{place}/{name}")
    elif isinstance(found, list):
        for one in found:
            yield from rows(one, place)


def says_why_and_what_to_do(row: Row) -> bool:
    because, move = row["because"], row["next"]
    is_fact = because == because.strip(" .!") and bool(because)
    begins = because.startswith(_NAMES) or because[:1].islower()
    return is_fact and begins and is_move(move)


def is_move(said: str) -> bool:
    """Tell whether a sentence says what to do."""
    return said.endswith(".") and said.split(maxsplit=1)[0].strip(":,") in MOVES


def says_what_did_not_happen(what: str) -> bool:
    return bool(_NOT.search(what)) and not what.endswith(".")
