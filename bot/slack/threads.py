"""Which incident a message belongs to: by its thread, else by its channel."""

from bot.slack.needs import Service


def incident_of(service: Service, channel: str, thread: str) -> str:
    """Return the incident whose card heads the thread, else the newest open one.

    Reads the disk: not for the event loop.
    """
    if thread:
        keys = {row.id: f"card/{row.id}" for row in service.board()}
        heads = service.store.read(
            lambda tx: {tx.outbox.ts_of(key): one for one, key in keys.items()}
        )
        if thread in heads:
            return heads[thread]
    return service.newest_in(channel)
