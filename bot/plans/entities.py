"""What an incident's alerts name, for the fields of a proposal."""

from collections.abc import Mapping

from bot.outside.pod_names import named_in
from bot.ports import Transaction
from bot.readmodels import alerts


def entities(tx: Transaction, incident: str) -> Mapping[str, str]:
    """Return what the incident's alerts name: kind to id, the first of each.

    Of a cluster also ``namespace`` and ``deployment``.
    """
    found: dict[str, str] = {}
    for alert in alerts.of_incident(tx, incident):
        for entity in alert.envelope.entities:
            found.setdefault(entity.kind, entity.id)
        pods = named_in(alert)
        for name, text in (
            ("namespace", pods.namespace),
            ("deployment", pods.deployment),
        ):
            if text:
                found.setdefault(name, text)
    return found
