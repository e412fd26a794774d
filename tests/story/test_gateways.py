"""A key of LiteLLM and a switch of one's own service, changed over a running bot."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from bot.clock import SystemClock
from tests.fakes.ask import answer
from tests.fakes.flag_service import HOST, FlagService
from tests.fakes.litellm import ACT_KEY, READ_KEY, FakeLitellm
from tests.gateways.serving import served
from tests.gateways.site import FILES, PUBLIC, SECRETS, written
from tests.story.running import CHANNEL, Tocsin, running
from tests.story.test_gate import card_says, confirm

pytestmark = pytest.mark.slow

LEAK = {"title": "A LiteLLM key stands in a public repository", "severity": "high"}


@dataclass
class Here:
    tocsin: Tocsin
    proxy: FakeLitellm
    flags: FlagService
    known: set[str] = field(default_factory=set)

    def propose(self, who: str, action: str, **params: str) -> dict[str, Any]:
        """Propose over the card's button; return the plan's message."""
        card = self.tocsin.cards()[0]
        self.known |= {one["ts"] for one in self.tocsin.cards()}
        press = {"channel": CHANNEL, "ts": card["ts"], "action_id": "action.propose"}
        form = self.tocsin.do(who, "click", **press).json["view"]["id"]
        view = self.tocsin.do(who, "submit", view=form, values={"action": action}).json
        values = {f"param.{name}": value for name, value in params.items()}
        sent = self.tocsin.do(
            who,
            "submit",
            view=view["view"]["id"],
            values={**values, "reason": "the key is in a public repository"},
        ).json
        assert sent["ok"], sent
        return dict(self.tocsin.wait_for(self._new_plan))

    def _new_plan(self, messages: list[dict[str, Any]]) -> Any:
        return next(
            (
                one
                for one in messages
                if one["ts"] not in self.known
                and "plan.review" in json.dumps(one["blocks"])
            ),
            None,
        )


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Here]:
    proxy, flags = FakeLitellm(), FlagService(clock=SystemClock())
    with served(proxy) as litellm, served(flags) as service:
        ours = {name: text.replace(HOST, service.url) for name, text in FILES.items()}
        secrets = tmp_path / "secrets"
        secrets.mkdir()
        for name, text in SECRETS.items():
            (secrets / name).write_text(text, "utf-8")
        settings = {
            "TOCSIN_GATE_LITELLM_URL": litellm.url,
            "TOCSIN_GATE_LITELLM_READ_KEY": READ_KEY,
            "TOCSIN_GATE_LITELLM_ACT_KEY": ACT_KEY,
            "TOCSIN_GATE_HTTP_ACTIONS": str(written(tmp_path / "actions", ours)),
            "TOCSIN_GATE_HTTP_KEYS": PUBLIC,
            "TOCSIN_GATE_HTTP_SECRETS": str(secrets),
        }
        with running(tmp_path, settings=settings, cloud=False) as tocsin:
            tocsin.alert(LEAK)
            tocsin.wait_for(lambda m: m)
            yield Here(tocsin, proxy, flags)


def test_keys_and_switches_change_once_two_agree_and_doubt_is_told(here: Here) -> None:
    key = here.proxy.key(key_alias="claims-prod")
    plan = here.propose("U0ONCALL", "litellm.key.block", key="claims-prod")
    assert "claims-prod" in json.dumps(plan["blocks"])
    confirm(here.tocsin, "U0ONCALL", plan, "claims-prod")
    assert not here.proxy.keys[key]["blocked"]
    confirm(here.tocsin, "U0SECOND", plan, "claims-prod")
    card_says(here.tocsin, plan, "verified")
    assert here.proxy.keys[key]["blocked"] is True

    flag = here.flags.flag()
    plan = here.propose("U0ONCALL", "http.flags.off", flag=flag)
    assert f"/v1/flags/{flag}/off" in json.dumps(plan["blocks"])
    confirm(here.tocsin, "U0SECOND", plan, flag)
    card_says(here.tocsin, plan, "verified")
    assert here.flags.flags[flag]["enabled"] is False

    here.proxy.faults.append(lambda _: answer(b"", 503))
    plan = here.propose("U0ONCALL", "litellm.key.unblock", key=key)
    confirm(here.tocsin, "U0SECOND", plan, "claims-prod")
    card_says(here.tocsin, plan, "Not known whether it happened")

    for shown in (READ_KEY, ACT_KEY, *SECRETS.values()):
        assert shown not in here.tocsin.stderr()
        assert shown not in json.dumps(here.tocsin.messages())
