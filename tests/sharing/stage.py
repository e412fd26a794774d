"""Sharing put together as in the house, with a clock in the test's hand."""

import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from bot.config import Settings
from bot.domain.action_facts import PolicyAnswer
from bot.domain.commands import PersonKind, Resolve
from bot.domain.envelope import Alert
from bot.domain.errors import Unreachable
from bot.domain.gate_rules import GateRules, Mode
from bot.domain.incident import Incident
from bot.domain.share_people import UNKNOWN_VISIT, Visit
from bot.gate.judge import Around, Judge
from bot.gate.policy_question import Verb
from bot.ports import Collect, Collector, Lane, Received, Transaction, Window
from bot.ports.gate import Asker
from bot.ports.sharing import Leased, OriginalAsked, Sealed, ShareAsker
from bot.readmodels import alerts, timeline
from bot.shares.originals import Originals
from bot.sharing import proof, seal
from bot.sharing.bundle import window_of
from bot.sharing.seal import Link, read_link
from bot.store.evidence import EvidenceFiles
from bot.store.keyfile import FileKeys
from bot.web.tokens import Guesses
from bot.wire_sharing import SharingNeeds, build_sharing
from bot.wire_storage import Storage
from tests.core import CHANNEL, Core, rulings, shipped_policy
from tests.fakes.sharing import whole
from tests.spec import OLU, person

ALERT = {"title": "Queue of the chat model is long", "severity": "high", "id": "q1"}
FIRST = f"al_{1:026d}"
BASE_URL = "http://tocsin.test"


def collectors_of(given: Mapping[str, Collect]) -> Mapping[str, Collector]:
    """Return collectors of AWS that every alert concerns."""
    return {
        name: one
        if isinstance(one, Collector)
        else Collector(
            name=name, collect=one, concerns=lambda alert: True, reads=("sts.Read",)
        )
        for name, one in given.items()
    }


def no_account() -> Any:
    raise Unreachable(
        "Nothing was read", because="no AWS account is connected", next_move="Wait."
    )


class Stage:
    """One incident in a fresh home, and everything that shares its diagnostics."""

    def __init__(
        self,
        folder: Path,
        *,
        collectors: Mapping[str, Collect] | None = None,
        reader: Callable[[], Any] = no_account,
        storage: Callable[[FileKeys], Storage] | None = None,
        slack: Mapping[str, str] | None = None,
        **web: Any,
    ) -> None:
        self.folder = folder
        self.kinds_now: dict[str, PersonKind] = {}
        self.outside: set[str] = set()
        self.looked: list[tuple[str, str]] = []
        self.core = Core(folder)
        self.clock = self.core.clock
        self.evidence = EvidenceFiles(folder / "evidence", self.core.keys)
        sharing = build_sharing(
            SharingNeeds(
                settings=Settings.model_validate(
                    {"home": folder, "web": web, "slack": slack or {}}
                ),
                store=self.core.store,
                keys=self.core.keys,
                clock=self.clock,
                redactor=lambda: rulings().redactor,
                collectors=collectors_of(collectors or {}),
                reader=reader,
                base_url=BASE_URL,
                admin_token="admin-token",  # noqa: S106 - of this test
                guesses=Guesses(),
                storage=storage(self.core.keys) if storage else None,
                renew_evidence=self.evidence.renew,
                look=self.look,
                show=self.core.service.redraw,
            )
        )
        self.desk, self.house, self.door = sharing.desk, sharing.house, sharing.door
        self.rotate = sharing.keys.rotate
        self.vault = sharing.desk.vault
        self.stopped = False
        self.originals = Originals(
            desk=sharing.desk,
            redactor=rulings().redactor,
            may_open=self._may_open,
            most_per_hour=3,
        )
        self.core.fire = self.house.fire  # type: ignore[method-assign]
        self._items = 0

    def incident(self, **alert: Any) -> str:
        return str(self.core.alert({**ALERT, **alert})["incident"])

    def alerts(self, incident: str = "INC-0001") -> tuple[Alert, ...]:
        """Return the first alert of each problem."""
        return self.core.store.read(lambda tx: alerts.of_incident(tx, incident))

    def window(self) -> Window:
        return window_of(self.alerts(), self.clock.now())

    # --- a person ---

    def press(
        self,
        who: str = "U0ONCALL",
        *,
        incident: str = "INC-0001",
        kind: PersonKind = PersonKind.MEMBER,
        in_channel: bool = True,
    ) -> None:
        by = ShareAsker(person=person(who, kind), in_channel=in_channel)
        self.desk.ask(incident, by, item=self._item(), channel=CHANNEL)

    def original(
        self,
        alert: str = FIRST,
        who: str = "U0ONCALL",
        *,
        incident: str = "INC-0001",
        reason: str = "The masked key decides which account it is.",
        **known: Any,
    ) -> None:
        """Send the form that asks for an original."""
        asker = self.asker(who, **known)
        item = self._item()
        asked = OriginalAsked(
            incident=incident,
            alert=alert,
            by=asker,
            reason=reason,
            item=item,
            channel=CHANNEL,
        )
        self.originals.open(asked)

    def asker(
        self,
        who: str = "U0ONCALL",
        *,
        kind: PersonKind = PersonKind.MEMBER,
        groups: frozenset[str] = frozenset({"oncall"}),
        in_channel: bool = True,
        shared: bool = False,
        age_s: int = 0,
    ) -> Asker:
        return Asker(
            person=person(who, kind),
            groups=groups,
            groups_read=True,
            in_channel=in_channel,
            channel_shared=shared,
            read_at=self.clock.now() - timedelta(seconds=age_s),
        )

    def _may_open(self, _: Transaction, incident: Incident, by: Asker) -> PolicyAnswer:
        judge = Judge(
            policy=shipped_policy(), rules=GateRules(mode=Mode.ACT), workspace="T0TEAM"
        )
        around = Around(
            now=self.clock.now(),
            commander=incident.commander,
            author="",
            system=None,
            stopped=self.stopped,
            frozen=False,
            human_initiated=True,
        )
        return judge.answer(by, Verb.OPEN_RAW, None, around)

    def look(self, who: str, channel: str) -> Asker:
        """Answer for Slack who the person of a ticket is now."""
        self.looked.append((who, channel))
        kind = self.kinds_now.get(who, PersonKind.MEMBER)
        return self.asker(who, kind=kind, in_channel=who not in self.outside)

    def revoke(self, who: str = "U0ONCALL", incident: str = "INC-0001") -> None:
        by = ShareAsker(person=person(who), in_channel=True)
        self.desk.revoke_all(incident, by, item=self._item(), channel=CHANNEL)

    def resolve(self, incident: str = "INC-0001") -> None:
        self.core.ask(incident, Resolve(by=OLU, outcome="fixed", summary=None))

    def whispers(self, who: str = "U0ONCALL") -> list[str]:
        """Return what was put into the outbox for somebody, oldest first."""
        found = self.rows("SELECT text FROM outbox WHERE person = ? ORDER BY n", who)
        return [str(one["text"]) for one in found]

    def links(self, who: str = "U0ONCALL") -> list[Link]:
        """Return the links that somebody's messages hold now, oldest first."""
        found = self.rows(
            "SELECT blocks FROM outbox WHERE person = ? AND key LIKE ? ORDER BY n",
            who,
            "whisper/share/%",
        )
        urls = [
            self.desk.link(element["url"].removeprefix("tocsin-share:"))
            for one in found
            for block in json.loads(one["blocks"])
            for part in block["elements"]
            for element in part["elements"]
            if element["type"] == "link"
        ]
        return [read_link(url) for url in urls if url]

    def link(self, who: str = "U0ONCALL") -> Link:
        """Press, let the thread work, and return the newest link."""
        self.press(who)
        self.house.step()
        return self.links(who)[-1]

    # --- whoever holds a link ---

    def claim(
        self, link: Link, *, key: str = "", visit: Visit = UNKNOWN_VISIT
    ) -> Leased:
        nonce = self.vault.nonce()
        shown = proof.proof_of(
            proof.auth_key(key or link.key),
            share=link.share,
            ticket=link.ticket,
            nonce=nonce,
        )
        return self.vault.claim(
            link.share, link.ticket, nonce=nonce, proof=shown, visit=visit
        )

    def open(self, link: Link) -> bytes:
        """Claim, fetch, decrypt and acknowledge, as the page does."""
        lease = self.claim(link).lease
        plain = seal.unseal(self.content(link.share, lease), key=link.key)
        self.vault.acknowledge(link.share, lease)
        return plain

    def content(self, share: str, lease: str) -> bytes:
        """Return all of the ciphertext that a lease gives."""
        return b"".join(self.vault.stream(share, lease)[1])

    def ciphertext(self, share: str) -> bytes:
        """Return what is kept of a share, as an attacker of the disk has it."""
        found = whole(self.vault.blobs, share)
        assert found is not None
        return found

    def sealed(
        self,
        content: bytes = b"hello",
        *,
        opens: int = 1,
        life_s: int = 3600,
        person: str = "",
    ) -> Link:
        """Seal as the command line does."""
        key, ticket = seal.new_key(), proof.new_secret()
        receiving = self.vault.receive(
            Sealed(
                ticket=proof.digest(ticket),
                auth=proof.auth_key(key),
                life_s=life_s,
                opens=opens,
                person=person,
            )
        )
        receiving.write(seal.seal(content, key=key))
        kept = receiving.finish()
        share = str(kept["share"])
        return Link(base_url=BASE_URL, share=share, ticket=ticket, key=key)

    # --- what is kept ---

    def rows(self, sql: str, *given: Any) -> Any:
        return self.core.store.read(lambda tx: tx.tables.execute(sql, given))

    def story(self, incident: str = "INC-0001") -> list[str]:
        told = self.core.store.read(lambda tx: timeline.story(tx, incident))
        return [line.text for line in told]

    def kinds(self, share: str) -> list[str]:
        """Return the names of what happened to a share."""
        found = self.core.store.read(lambda tx: tx.log.load(f"share/{share}"))
        return [one.kind.split(".")[1] for one in found]

    def refusals(self) -> list[str]:
        """Return what is said of refusals in threads, oldest first."""
        said = "SELECT text FROM outbox WHERE key LIKE ? ORDER BY n"
        return [str(one["text"]) for one in self.rows(said, "refused/%")]

    def close(self) -> None:
        self.core.store.close()

    def _item(self) -> str:
        """Keep a request as the Slack door does."""
        self._items += 1
        item = f"sl_{self._items}_{self.clock.now().timestamp()}"
        received = Received(
            id=item,
            lane=Lane.SLACK,
            source="slack",
            key=item,
            received_at=self.clock.now(),
            sealed=b"",
        )
        return self.core.service.accept(received).result()[0]
