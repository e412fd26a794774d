"""Forms and messages about sealed texts, as they were reviewed.

`python -m tests.slack.text_states` draws them again, to be looked at before they are
committed.
"""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

from bot.domain.share import Share, fold_share
from bot.domain.share_events import (
    ShareCreated,
    ShareRevoked,
    TextOffered,
    TextSealed,
)
from bot.slack import text_form, text_voice
from tests.spec import NOON

GOLDEN = Path(__file__).parent / "texts"
SHARE = "sh_" + "0" * 25 + "1"
PEOPLE = ("U0SECOND", "U0COMMANDER")
SEALED = fold_share(
    [
        ShareCreated(
            incident="INC-0001",
            by="U0ONCALL",
            opens=4,
            size_bytes=300,
            digest="0" * 64,
            expires_at=NOON + timedelta(hours=4),
            at=NOON,
        ),
        TextSealed(by="U0ONCALL", people=PEOPLE, each=2, at=NOON),
    ]
)


def after(*events: Any) -> Share:
    """Return the share after more happened to it."""
    from bot.domain.share import evolve_share

    state = SEALED
    for event in events:
        state = evolve_share(state, event)
    return state


OFFERED = after(TextOffered(people=PEOPLE, at=NOON))
REVOKED = after(
    TextOffered(people=PEOPLE[:1], at=NOON),
    ShareRevoked(by="U0ONCALL", because="person", at=NOON),
)
FORMS = {
    "form": text_form.form("INC-0001"),
    "form-of-a-message": text_form.form(
        "INC-0001", known="x" * 3001 + " <!channel>", is_message=True
    ),
}
MESSAGES = {
    name: text_voice.message("INC-0001", "C0INCIDENTS", SHARE, state)
    for name, state in {"offered": OFFERED, "taken-back": REVOKED}.items()
}


def drawn() -> dict[str, Any]:
    """Return everything by name, as JSON."""
    posts = {
        name: {"text": post.text, "blocks": list(post.blocks)}
        for name, post in MESSAGES.items()
    }
    return {**FORMS, **posts}


if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    for name, found in drawn().items():
        text = json.dumps(found, indent=1, ensure_ascii=False, sort_keys=True)
        (GOLDEN / f"{name}.json").write_text(text + "\n", "utf-8")
