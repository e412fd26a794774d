"""What people type, press and send, with a value in each field; and all that answers.

Everything goes through the doors of a running bot: commands, forms, shortcuts, homes,
alerts, addresses, headers and bodies.
"""

import http.client
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlsplit

from tests.canary.canaries import Canary
from tests.story.running import CHANNEL, Tocsin

TYPED = (
    "note {}",
    "note INC-0001 {}",
    "{}",
    "resolve INC-0002 fixed {}",
    "severity INC-0001 SEV3 {}",
    "severity {}",
    "role INC-0001 {} <@U0LEAD>",
    "role commander {}",
    "phase {}",
    "step INC-0001 skip RB-01 1 {}",
    "step {}",
    "snooze INC-0001 30m {}",
    "snooze {}",
    "maintenance thing:{} 2h because of {}",
    "maintenance {} 1h {}",
    "maintenance end {}",
    "propose {}",
    "cancel {}",
    "cancel pl_01ARZ3NDEKTSV4RRFFQ69G5FAV {}",
    "edit {}",
    "review {}",
    "break-glass {}",
    "diagnostics {}",
    "revoke {}",
    "status {}",
    "page {}",
    "ack {}",
    "drill start {}",
    "drill {}",
    "reopen INC-0002 {}",
    "ask {}",
    "ask INC-0001 was {} used?",
    "runbook {}",
)
PATHS = (
    "/alerts/{}",
    "/alerts/webhook/{}",
    "/heartbeats/{}",
    "/heartbeats/webhook/{}",
    "/admin/gate/plans/{}",
    "/admin/gate/plans/{}/deny",
    "/admin/gate/{}",
    "/admin/drills/{}",
    "/incidents/{}",
    "/incidents/INC-0001/entries/{}.record",
    "/sign-in/{}",
    "/d/{}",
    "/d/{}/claim",
    "/assets/{}",
    "/slack/{}",
    "/{}",
    "/?x={}",
)
_FORMS = ("Add a note…", "Change severity…")
_ENDS = "Resolve…"


def alerts(tocsin: Tocsin, values: Sequence[Canary], *, few: int = 6) -> None:
    """Send alerts that hold every value, as text, name and id; wait for them."""
    last = ""
    for n in range(0, len(values), few):
        some = values[n : n + few]
        told = {f"field {n} {at}": one.text for at, one in enumerate(some)}
        titled = f"Model m{n} leaks {some[0].text}"
        body = {
            "title": titled,
            "severity": "high",
            "service": f"m{n} {some[-1].text}",
            "description": "\n".join(one.text for one in some),
            some[0].text: "under a name that nobody knows",
            **told,
        }
        last = tocsin.alert(body).json["id"]
    tocsin.wait_for(lambda _: tocsin.alert_state(last)["state"] == "done")


def commands(tocsin: Tocsin, values: Sequence[Canary]) -> Iterator[str]:
    """Type every value into some command; yield what was answered at once."""
    people = ("U0ONCALL", "U0LEAD", "U0GUEST", "U0EXTERNAL")
    for n, one in enumerate(values):
        text = TYPED[n % len(TYPED)].replace("{}", " ".join(one.text.split()))
        said = tocsin.command(people[n // len(TYPED) % 2], f"/incident {text}")
        yield json.dumps({**said.json, "said": ""}, ensure_ascii=False)
        if n % 40 == 0:
            yield str(tocsin.command(people[2 + n % 2], f"/incident {text}").json)


def presses(
    tocsin: Tocsin, values: Sequence[Canary], *, times: int = 8
) -> Iterator[str]:
    """Open the forms of a card and send values in each of their fields."""
    some = iter(values)
    for label in _FORMS:
        yield from _filled(tocsin, label, some, times=times)
    for _ in range(times):
        view = _pressed(tocsin, "Propose action…").get("view")
        chosen = {"action": "aws.iam.deactivate_access_key"}
        given = {"view": (view or {}).get("id", ""), "values": chosen}
        told = tocsin.do("U0ONCALL", "submit", **given).json
        yield json.dumps(told, ensure_ascii=False)
        yield from _sent(tocsin, told.get("view"), next(some))
    for _ in range(times):
        tocsin.do("U0LEAD", "say", channel=CHANNEL, text=next(some).text)
        ts = tocsin.messages()[-1]["ts"]
        shortcut = {"callback_id": "timeline_add", "channel": CHANNEL, "ts": ts}
        yield str(tocsin.do("U0LEAD", "shortcut", **shortcut).json)
    # Last, for what is over offers none of the other forms; and few, for so many at
    # once are a storm, of which only the first have cards of their own.
    yield from _filled(tocsin, _ENDS, some, times=times // 2)
    yield str(tocsin.do("U0LEAD", "home").json)


def _filled(
    tocsin: Tocsin, label: str, some: Iterator[Canary], *, times: int
) -> Iterator[str]:
    """Open a form of some card again and again, and send a value in its fields."""
    for _ in range(times):
        # Cards come one a second.
        tocsin.wait_for(
            lambda found: any(
                label in json.dumps(one, ensure_ascii=False) for one in found
            )
        )
        told = _pressed(tocsin, label)
        assert told.get("view"), (label, told)
        yield from _sent(tocsin, told["view"], next(some))


def _pressed(tocsin: Tocsin, label: str) -> dict[str, Any]:
    """Press what opens a form, on a card that offers it."""
    told: dict[str, Any] = {}
    for card in tocsin.cards():
        if label in json.dumps(card, ensure_ascii=False) and not told.get("view"):
            at = {"channel": CHANNEL, "ts": card["ts"], "button": label}
            told = dict(tocsin.do("U0ONCALL", "click", **at).json)
    return told


def _sent(tocsin: Tocsin, view: Any, value: Canary) -> Iterator[str]:
    """Fill every text field of a form with a value and send it."""
    assert view, "the form did not open"
    yield json.dumps(view, ensure_ascii=False)
    fields = {
        block["block_id"]: value.text
        for block in view["blocks"]
        if block.get("element", {}).get("type") == "plain_text_input"
    }
    assert fields
    told = tocsin.do("U0ONCALL", "submit", view=view["id"], values=fields).json
    yield str(told.get("ack"))


def requests(tocsin: Tocsin, values: Sequence[Canary]) -> Iterator[str]:
    """Ask every door for things that it has not; yield what it answers."""
    admin = {"Authorization": f"Bearer {tocsin.facts['tokens']['admin']}"}
    parts = urlsplit(tocsin.facts["url"])
    for n, one in enumerate(values):
        path = PATHS[n % len(PATHS)].replace("{}", quote(one.text, safe=""))
        line = " ".join(one.text.split()).encode("ascii", "replace").decode()
        known = {"User-Agent": line, "X-Canary": line, "Cookie": f"tocsin={line}"}
        known |= admin if "/admin" in path or n % 3 == 0 else {}
        for method in ("GET", "POST"):
            yield _asked(parts.hostname, parts.port, method, path, one.text, known)


def _asked(
    host: str | None,
    port: int | None,
    method: str,
    path: str,
    body: str,
    headers: Mapping[str, str],
) -> str:
    connection = http.client.HTTPConnection(host or "", port, timeout=20)
    try:
        given = json.dumps({"reason": body, body: 1}) if method == "POST" else None
        connection.request(method, path, body=given, headers=dict(headers))
        answer = connection.getresponse()
        told = answer.read().decode("utf-8", "replace")
        return f"{answer.status} {answer.getheaders()} {told}"
    finally:
        connection.close()
