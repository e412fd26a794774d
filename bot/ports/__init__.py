"""What the core needs from the outside, as Protocols and small values.

Every backend of a port passes the same contract suite (`tests/store`,
`tests/integrations`). Nothing here does anything.
"""

from bot.ports.clock import Clock
from bot.ports.collect import (
    Collect,
    Collected,
    Collector,
    Concerns,
    Series,
    Window,
)
from bot.ports.inbox import Inbox, InboxItem, Lane, Received
from bot.ports.integration import Integration, Manifest, Payload
from bot.ports.keys import Keys
from bot.ports.log import Entry, EventLog, NewEntry, TreeHead
from bot.ports.outbox import Outbox, Post, Sending, Whisper
from bot.ports.presenter import Presenter
from bot.ports.store import Store, Tables, Transaction
from bot.ports.timers import Timer, Timers

__all__ = [
    "Clock",
    "Collect",
    "Collected",
    "Collector",
    "Concerns",
    "Entry",
    "EventLog",
    "Inbox",
    "InboxItem",
    "Integration",
    "Keys",
    "Lane",
    "Manifest",
    "NewEntry",
    "Outbox",
    "Payload",
    "Post",
    "Presenter",
    "Received",
    "Sending",
    "Series",
    "Store",
    "Tables",
    "Timer",
    "Timers",
    "Transaction",
    "TreeHead",
    "Whisper",
    "Window",
]
