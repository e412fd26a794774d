"""A site's overlay with a running bot: every output changes, and the log says since."""

import json
from pathlib import Path

import pytest

from tests.sharing.reading import Opened
from tests.story.running import Tocsin, running
from tests.story.test_gate import wait
from tests.story.test_sharing import QUIET, URL, ephemerals, unseal
from tests.story.test_story import cli

pytestmark = pytest.mark.slow

TICKET = "HR-" + "123456"
OVERLAY = "rules: [{kind: ticket, group: site, pattern: 'HR-[0-9]{6}'}]\n"


def outputs(tocsin: Tocsin, number: int) -> dict[str, str]:
    """Let one alert and one note come in, and return everything that shows them."""
    incident = f"INC-000{number}"
    tocsin.alert(
        {
            "id": f"p{number}",
            "title": f"{('Queue', 'Disk')[number - 1]} of {TICKET}",
            "severity": "high",
            "note": TICKET,
        }
    )
    card = tocsin.wait_for(lambda _: [c for c in tocsin.cards() if incident in str(c)])
    tocsin.command("U0ONCALL", f"/incident note {incident} seen in {TICKET}")
    said = tocsin.wait_for(
        lambda m: [one["text"] for one in m if "noted" in one["text"]][number - 1 :]
    )
    url = diagnostics(tocsin, incident)
    return {
        "card": json.dumps(card, ensure_ascii=False),
        "thread": said[0],
        "words": (tocsin.home / "tocsin.db-wal").read_bytes().decode(errors="replace"),
        "export": cli(tocsin, "timeline", incident, "--format", "json").stdout,
        "bundle": unseal(tocsin, url).stdout,
    }


def diagnostics(tocsin: Tocsin, incident: str) -> str:
    """Ask for a link and return it; older ones stand there, too."""
    before = set(URL.findall(ephemerals(tocsin, "U0ONCALL")))
    tocsin.command("U0ONCALL", f"/incident diagnostics {incident}")
    (found,) = wait(lambda: set(URL.findall(ephemerals(tocsin, "U0ONCALL"))) - before)
    return str(found)


def test_changing_the_definition_changes_every_output_and_is_in_the_log(
    tmp_path: Path,
) -> None:
    with running(tmp_path, settings=QUIET) as tocsin:
        before = outputs(tocsin, 1)
        assert [name for name, text in before.items() if TICKET not in text] == []
        tocsin.command("U0ONCALL", "/incident resolve INC-0001")
        tocsin.wait_for(lambda m: [one for one in m if "resolved this" in one["text"]])
        tocsin.stop()
    overlay = tmp_path / "redaction.yaml"
    overlay.write_text(OVERLAY)
    settings = {**QUIET, "TOCSIN_REDACT_OVERLAY": str(overlay)}
    with running(tmp_path, settings=settings) as tocsin:
        after = outputs(tocsin, 2)
        del after["words"]  # the file holds those of before, too
        assert [name for name, text in after.items() if TICKET in text] == []
        assert "masked: 2 tickets" in after["card"]
        assert "(masked: 1 ticket)" in after["thread"]
        assert Opened(after["bundle"].encode()).manifest["masked"].endswith(" tickets")
        first, second = cli(tocsin, "log", "definition").stdout.splitlines()
        assert "with the overlay" in second
        assert "with the overlay" not in first
        assert cli(tocsin, "log", "definition", "0").stdout.strip() == first
