"""What became of an alert, by its own id or by its payload's."""

from bot.ports import InboxItem, Lane


def has(item: InboxItem, alert_id: str) -> bool:
    """Tell whether an item is the alert's; before it is read, only its own id."""
    return item.lane is Lane.ALERTS and (
        item.id == alert_id or alert_id in item.outcome.get("alerts", {})
    )


def _evidence(item: InboxItem) -> list[dict[str, str]]:
    """Return where what was posted lies sealed, and its digest: never the words.

    Opening it is break-glass; the digest proves that it is what was opened.
    """
    digest = f"sha256:{item.raw_sha256}" if item.raw_sha256 else ""
    return [{"kind": "payload", "sealed": item.id, "digest": digest}]


def shown(item: InboxItem, alert_id: str) -> dict[str, object]:
    """Return what became of an alert, as JSON values."""
    told = {
        "id": alert_id,
        "source": item.source,
        "state": item.state,
        "received_at": item.received_at.isoformat(),
        "raw_sha256": item.raw_sha256,
        "evidence_refs": _evidence(item),
        **item.outcome,
    }
    if item.id == alert_id:
        return told
    placed = item.outcome["alerts"][alert_id]
    incident = placed.rpartition(" ")[2]
    return {
        **told,
        "payload": item.id,
        "incident": incident if incident.startswith("INC-") else "",
        "alerts": {alert_id: placed},
    }
