"""An inbox in memory. It keeps the promises of `bot.ports.Inbox`."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from bot.ports import InboxItem, Lane, Received
from bot.ports.inbox import Renew


@dataclass(slots=True, kw_only=True)
class Kept:
    """One item, its key and when it may be read."""

    item: InboxItem
    key: str
    not_before: datetime


class FakeInbox:
    """Keeps `bot.ports.Inbox`."""

    def __init__(self) -> None:
        self.items: dict[str, Kept] = {}

    def put(self, received: Received) -> tuple[str, bool]:
        """Keep an item; return its id and whether it was here before."""
        for one in self.items.values():
            if (one.item.lane, one.key) == (received.lane, received.key):
                return one.item.id, True
        item = InboxItem(
            id=received.id,
            lane=received.lane,
            source=received.source,
            received_at=received.received_at,
            sealed=received.sealed,
            state="new",
            attempts=0,
            outcome={},
        )
        at = received.received_at
        self.items[item.id] = Kept(item=item, key=received.key, not_before=at)
        return item.id, False

    def put_all(self, received: Sequence[Received]) -> list[tuple[str, bool]]:
        """Keep several items as `put` does, in order."""
        return [self.put(one) for one in received]

    def renew(self, after: int, renew: Renew) -> tuple[int, int]:
        """Seal everything that came after anew, in one go."""
        found, changed = list(self.items.values())[after:], 0
        for one in found:
            sealed = renew(one.item.sealed, one.item.id)
            changed += sealed is not one.item.sealed
            one.item = replace(one.item, sealed=sealed)
        return (after + len(found) if found else 0), changed

    def claim(
        self, lane: Lane, *, now: datetime, lease_s: int, limit: int
    ) -> tuple[InboxItem, ...]:
        """Return the oldest unread items and reserve them."""
        due = [
            one
            for one in self.items.values()
            if one.item.lane is lane
            and one.item.state == "new"
            and one.not_before <= now
        ]
        for one in due[:limit]:
            one.item = replace(one.item, attempts=one.item.attempts + 1)
            one.not_before = now + timedelta(seconds=lease_s)
        return tuple(one.item for one in due[:limit])

    def done_all(self, outcomes: Mapping[str, Mapping[str, Any]]) -> None:
        for item, outcome in outcomes.items():
            self.done(item, outcome)

    def done(self, item_id: str, outcome: Mapping[str, Any]) -> None:
        """Say what became of an item."""
        one = self.items[item_id]
        one.item = replace(one.item, state="done", outcome=outcome)

    def give_back(
        self, item_id: str, *, because: str, not_before: datetime, dead: bool
    ) -> None:
        """Say that reading failed."""
        one = self.items[item_id]
        state = "dead" if dead else "new"
        one.item = replace(one.item, state=state, outcome={"because": because})  # type: ignore[arg-type]
        one.not_before = not_before

    def find(self, item_id: str) -> InboxItem | None:
        """Return one item."""
        one = self.items.get(item_id)
        return one.item if one is not None else None

    def counts(self, lane: Lane) -> Mapping[str, int]:
        """Return how many items are in each state."""
        states = (
            one.item.state for one in self.items.values() if one.item.lane is lane
        )
        return Counter(states)
