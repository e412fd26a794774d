"""No value comes to light on the ways that the doors alone do not show.

Over Socket Mode, through a sealed bundle that somebody opens, and while a drill runs.
"""

import io
import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from bot.cli.share_client import open_into
from tests.canary import speaking
from tests.canary.canaries import Canary, canaries, sung
from tests.canary.hearing import SETTINGS, files, shown
from tests.payloads import alert, group
from tests.story.running import Tocsin, running
from tests.story.test_sharing import link
from tests.story.test_story import cli

pytestmark = pytest.mark.slow
# Of so many alerts of an incident a bundle tells.
ALERTS = 10
PROGRAM = "tests.canary.renamed_bot"


def said_and_sung(heard: dict[str, str]) -> dict[str, list[str]]:
    """Return which values come to light, by where."""
    assert [place for place, text in heard.items() if not text] in ([], ["stderr"])
    found = {place: sung(text)[:5] for place, text in heard.items()}
    return {place: what for place, what in found.items() if what}


def kept(tocsin: Tocsin) -> dict[str, str]:
    """Stop the bot; return what it printed and keeps."""
    tocsin.stop()
    printed = "\n".join(tocsin.printed)
    home = files(tocsin.home)
    return {"stdout": printed, "stderr": tocsin.stderr(), "files": home}


def test_no_value_comes_to_light_over_socket_mode(tmp_path: Path) -> None:
    values = canaries()
    socket = {"program": PROGRAM, "transport": "socket", "settings": SETTINGS}
    with running(tmp_path, **socket) as tocsin:
        speaking.alerts(tocsin, values[:36])
        tocsin.wait_for(lambda messages: messages)
        heard = {"acks": "\n".join(speaking.commands(tocsin, values[2::12]))}
        heard["forms"] = "\n".join(speaking.presses(tocsin, values[24:], times=2))
        heard |= dict(shown(tocsin, incidents=4))
        heard |= kept(tocsin)
    assert said_and_sung(heard) == {}
    assert sum(text.count("\u2039") for text in heard.values()) > 100


def alerts_of_one_group(tocsin: Tocsin, values: Sequence[Canary]) -> None:
    """Send one delivery whose alerts, all of one group, hold every value."""
    each = -(-len(values) // ALERTS)
    few = [values[n : n + each] for n in range(0, len(values), each)]
    alerts = [
        alert(n, annotations={f"note{at}": one.text for at, one in enumerate(some)})
        for n, some in enumerate(few)
    ]
    last = tocsin.alert(group(alerts, key="one"), source="alertmanager").json["id"]
    tocsin.wait_for(lambda _: tocsin.alert_state(last)["state"] == "done")


def test_no_value_is_in_the_diagnostics_that_somebody_opens(tmp_path: Path) -> None:
    with running(tmp_path, settings=SETTINGS) as tocsin:
        alerts_of_one_group(tocsin, canaries())
        tocsin.wait_for(lambda messages: messages)
        plain = io.BytesIO()
        open_into(link(tocsin, "U0ONCALL"), plain)()
        bundle = plain.getvalue().decode()
        heard = {"bundle": bundle, **dict(shown(tocsin, incidents=1)), **kept(tocsin)}
    assert said_and_sung(heard) == {}
    assert bundle.count("\u2039") >= len(canaries())


def test_no_value_comes_to_light_while_a_drill_runs(tmp_path: Path) -> None:
    values = canaries()
    with running(tmp_path, program=PROGRAM, settings=SETTINGS) as tocsin:
        tocsin.command("U0LEAD", "/incident drill start first-hour")
        tocsin.wait_for(lambda found: "INC-0001" in json.dumps(found))
        speaking.alerts(tocsin, values[5:41])
        heard = {"acks": "\n".join(speaking.commands(tocsin, values[5::12]))}
        heard["forms"] = "\n".join(speaking.presses(tocsin, values[::-1], times=2))
        running_still = cli(tocsin, "drill", "list", "--json").stdout
        heard |= dict(shown(tocsin, incidents=4))
        for form in ("md", "json"):
            done = cli(tocsin, "timeline", "INC-0001", "--format", form)
            heard[f"timeline {form}"] = done.stdout + done.stderr
        heard |= kept(tocsin)
    assert '"running"' in running_still
    assert said_and_sung(heard) == {}
    assert sum(text.count("\u2039") for text in heard.values()) > 100
