"""The figures at /metrics, read from the store and never kept beside it.

Names say what is counted and in which unit; no label holds text from outside.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest

from bot.ports import Lane, Store, Transaction

_HELP = {
    "tocsin_inbox_items": "Kept items by lane and state.",
    "tocsin_outbox_waiting": "Messages that have not reached Slack.",
    "tocsin_log_entries": "Entries in the log.",
    "tocsin_incidents_open": "Open incidents by severity.",
    "tocsin_alerts_refused_total": "Payloads that were refused with 503.",
    "tocsin_alerts_refusing": "1 while payloads are being refused, else 0.",
    "tocsin_queue_messages": "Messages of a queue by what became of them.",
    "tocsin_slack_sockets": "Connections of Socket Mode that are live, and wanted.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """One figure of a part that came later, with a value for each set of labels.

    Attributes:
        labels: Their names; a value is found by their values, in this order.
    """

    name: str
    help: str
    labels: tuple[str, ...]
    values: Mapping[tuple[str, ...], float]


@dataclass(kw_only=True)
class Figures:
    """Looks at the store now and then, so that doors need not.

    Attributes:
        sockets: Connections to Slack by state; empty without Socket Mode.
        more: Figures of other parts, read at each look.
        refused: How many payloads were refused.
        health: What is wrong with taking alerts; empty while all are kept.
    """

    store: Store
    open_incidents: Callable[[Transaction], Mapping[str, int]]
    sockets: Callable[[], Mapping[str, int]] = dict
    more: list[Callable[[Transaction], Sequence[Family]]] = field(default_factory=list)
    refused: Callable[[], int] = int
    health: Callable[[], Mapping[str, object]] = dict
    _queues: dict[tuple[str, str], int] = field(default_factory=dict, init=False)
    _waiting: int = field(default=0, init=False)
    _inbox: Mapping[tuple[str, str], int] = field(default_factory=dict, init=False)
    _outbox: int = field(default=0, init=False)
    _log: int = field(default=0, init=False)
    _open: Mapping[str, int] = field(default_factory=dict, init=False)
    _more: Sequence[Family] = field(default=(), init=False)

    @property
    def waiting(self) -> int:
        """How many alert payloads had not been read at the last look."""
        return self._waiting

    def count_queue(self, queue: str, state: str, number: int) -> None:
        """Count messages of a queue that is named in the settings.

        Args:
            queue: Its name; each queue has one thread that counts.
            state: ``kept``, ``dead_letter`` or ``not_kept``.
            number: How many more.
        """
        known = self._queues.get((queue, state), 0)
        self._queues[queue, state] = known + number

    def look(self) -> None:
        """Read the figures from the store."""

        def read(tx: Transaction) -> None:
            counted = {lane: tx.inbox.counts(lane) for lane in Lane}
            self._waiting = counted[Lane.ALERTS].get("new", 0)
            self._inbox = {
                (lane.value, state): number
                for lane, states in counted.items()
                for state, number in states.items()
            }
            self._outbox = tx.outbox.waiting()
            self._log = tx.log.head().size
            self._open = self.open_incidents(tx)
            self._more = [one for told in self.more for one in told(tx)]

        self.store.read(read)

    def text(self) -> bytes:
        """Return the figures in Prometheus's text format."""
        registry = CollectorRegistry()
        inbox = _gauge(registry, "tocsin_inbox_items", "lane", "state")
        for (lane, state), number in self._inbox.items():
            inbox.labels(lane, state).set(number)
        opened = _gauge(registry, "tocsin_incidents_open", "severity")
        for severity, number in self._open.items():
            opened.labels(severity).set(number)
        self._of_doors(registry)
        self._of_sockets(registry)
        _gauge(registry, "tocsin_outbox_waiting").set(self._outbox)
        _gauge(registry, "tocsin_log_entries").set(self._log)
        for family in self._more:
            shown = Gauge(family.name, family.help, family.labels, registry=registry)
            for labels, value in family.values.items():
                (shown.labels(*labels) if labels else shown).set(value)
        return generate_latest(registry)

    def _of_doors(self, registry: CollectorRegistry) -> None:
        if self._queues:
            gauge = _gauge(registry, "tocsin_queue_messages", "queue", "state")
            for (queue, state), number in list(self._queues.items()):
                gauge.labels(queue, state).set(number)
        refused = "tocsin_alerts_refused_total"
        Counter(refused, _HELP[refused], registry=registry).inc(self.refused())
        _gauge(registry, "tocsin_alerts_refusing").set(bool(self.health()))

    def _of_sockets(self, registry: CollectorRegistry) -> None:
        sockets = self.sockets()
        if sockets:
            gauge = _gauge(registry, "tocsin_slack_sockets", "state")
            for state, number in sockets.items():
                gauge.labels(state).set(number)


def _gauge(registry: CollectorRegistry, name: str, *labels: str) -> Gauge:
    return Gauge(name, _HELP[name], labels, registry=registry)
