"""Text as an attacker would write it, and how to see whether it came alive."""

from collections.abc import Mapping, Sequence
from typing import Any

from hypothesis import strategies as st

KNOWN = (
    "<!channel> <!here> <!everyone>",
    "<@U0ONCALL> look",
    "<!subteam^S0ONCALL>",
    "<https://evil.example|runbook>",
    "<mailto:a@b.example|mail>",
    "<#C0GENERAL>",
    "*bold* _it_ ~gone~ `code` ```block```",
    "&lt;!channel&gt; &amp;lt;",
    "\u202egnp.exe\u202c \u2066x\u2069 zero\u200bwidth",
    "\U000e0041\U000e0042 tags",
    ":tada: :warning:",
    "> quote\n- list\n1. one",
    "x" * 10_240,
    "<" * 3000,
    "&" * 3000,
    "😀" * 3000,
    "\ud800 lone",
    "\x00\x07\x1b[31m",
    "   \n\t ",
    "",
    "a|b^c>d<e",
    "<!date^1^{date}|x>",
)
hostile = st.one_of(
    st.sampled_from(KNOWN),
    st.lists(st.sampled_from(KNOWN), max_size=4).map(" ".join),
    st.text(max_size=200),
    st.text(alphabet="<>&@!#|*_~`:^ Uu0", max_size=400),
)


def marked(blocks: Sequence[Mapping[str, Any]]) -> list[Any]:
    """Return whatever on the blocks could come alive but was not ours."""
    found: list[Any] = []

    def look(part: Any) -> None:
        if isinstance(part, Mapping):
            if part.get("type") in ("mrkdwn", "markdown", "link", "broadcast", "emoji"):
                found.append(part)
            for value in part.values():
                look(value)
        elif isinstance(part, list | tuple):
            for value in part:
                look(value)

    look(list(blocks))
    return found
