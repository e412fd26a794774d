"""What Slack sends of a typed text, as its writer saw it. Pure."""

import re

_LINK = re.compile(r"<(https?://[^<>|\s]+)(?:\|[^<>]*)?>")
_NAMED = re.compile(r"<[@#!](?:subteam\^)?([A-Z0-9a-z]+)(?:\|([^<>]*))?>")


def as_typed(text: str) -> str:
    """Return text as its writer saw it: no escapes, links and names unwrapped."""
    found = _LINK.sub(r"\1", text)
    found = _NAMED.sub(lambda one: "@" + (one[2] or one[1]), found)
    for mark, escape in (("<", "&lt;"), (">", "&gt;"), ("&", "&amp;")):
        found = found.replace(escape, mark)
    return found
