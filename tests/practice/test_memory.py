"""The workspace is still there after its process has gone."""

import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from bot.practice.records import Records
from tests.practice.stage import Stage, actions, button, modal, text_input

HERE: dict[str, Any] = {"channel": "C0INCIDENTS"}


async def test_everything_people_saw_survives_a_restart(tmp_path: Path) -> None:
    file = tmp_path / "practice.db"
    async with Stage(state_file=file) as before:
        ts = await before.say("card", blocks=[actions(button())])
        await before.do("U0LEAD", "command", **HERE, text="/incident")
        trigger = before.got[-1].payload["trigger_id"]
        view = modal(text_input())
        opened = await before.slack.views_open(trigger_id=trigger, view=view)
        await before.slack.chat_postEphemeral(user="U0LEAD", text="psst", **HERE)
        await before.slack.chat_postMessage(channel="U0EXTERNAL", text="psst")
        seq = (await before.get("/channels"))["seq"]
        click = {**HERE, "ts": ts, "button": "Go"}
    async with Stage(state_file=file, clock=before.clock) as after:
        assert (await after.get("/channels"))["seq"] == seq
        assert (await after.do("U0LEAD", "click", **click))["ok"]
        done = await after.do("U0LEAD", "submit", values={"Name": "x"})
        assert done["ok"]
        assert after.got[-1].payload["view"]["id"] == opened["view"]["id"]
        whispers = (await after.get("/people/U0LEAD/ephemerals"))["ephemerals"]
        assert [one["text"] for one in whispers] == ["psst"]
        members = await after.slack.conversations_members(channel="D0EXTERNAL")
        assert "U0EXTERNAL" in members["members"]
        assert await after.say("next") > ts


KILLED = """
import os, signal, sys
from pathlib import Path
from typing import Any
from bot.practice.records import Records
records = Records(Path(sys.argv[1]))
for n in range(50):
    records.put("messages", str(n), {"text": str(n)})
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_was_answered_survives_kill_9(tmp_path: Path) -> None:
    file = tmp_path / "practice.db"
    ended = subprocess.run([sys.executable, "-c", KILLED, str(file)], check=False)
    assert ended.returncode == -signal.SIGKILL
    records = Records(file)
    assert [row["text"] for row in records.since("messages")][-1] == "49"
    assert records.put("messages", "x", {})["seq"] == 51
    records.db.close()


async def test_a_number_from_another_life_shows_everything(stage: Stage) -> None:
    await stage.say("x")
    feed = await stage.get("/channels/C0INCIDENTS/messages?after=999999&wait=10")
    assert len(feed["messages"]) == 1
