"""A label as it may stand in XML. Redacting it comes before."""

import re
from xml.sax.saxutils import escape

from bot.domain.untrusted import visible

# What XML 1.0 cannot hold, escaped or not.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def xml(text: str) -> str:
    """Return one visible line as text of an element: no markup, nothing hidden."""
    return escape(_NOT_XML.sub("", " ".join(visible(text).split())))
