"""What people ask about originals. Keeps `ports.sharing.OriginalAsks`.

The raw payload is opened in memory, sealed for the one who asked and forgotten; what
stays is who, which alert, why and by which policy. Whether somebody may is asked of the
gate's policies (`open_raw`) twice: before the payload is opened, and in the transaction
that hands the link out.
"""

from collections.abc import Callable
from dataclasses import dataclass

from bot.domain import share_originals as rules
from bot.domain.action_facts import PolicyAnswer, Standing
from bot.domain.errors import NotAllowed, NotFound, OutOfTurn, Refusal, Tampered
from bot.domain.incident import Incident
from bot.domain.ruling import refusal_of
from bot.domain.share_originals import WantedOriginal
from bot.domain.untrusted import Untrusted
from bot.gate import decided
from bot.ports import InboxItem, Lane, Payload, Store, Transaction
from bot.ports.gate import Asker
from bot.ports.sharing import OriginalAsked, OriginalOffer
from bot.readmodels import alerts, board
from bot.redact import Redactor
from bot.sealing import unseal_payload
from bot.shares.book import is_over, originals_of
from bot.shares.desk import ShareDesk, no_answer
from bot.shares.keyring import NotWrapped
from bot.shares.making import made_of
from bot.sharing import seal
from bot.sharing.original import Told, original_document

MayOpen = Callable[[Transaction, Incident, Asker], PolicyAnswer]
_ASKED = "original"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """An original that may be opened; `answer` is why."""

    item: InboxItem
    answer: PolicyAnswer
    drill: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Originals:
    """Opens what is not masked, for those who may.

    Attributes:
        may_open: Asks the policies about one person and one incident.
        most_per_hour: So many for one person.
    """

    desk: ShareDesk
    redactor: Redactor
    may_open: MayOpen
    most_per_hour: int

    def offered(self, incident: str, alert: str = "") -> tuple[OriginalOffer, ...]:
        """Return the alerts of an incident, the named one first."""

        def work(tx: Transaction) -> tuple[OriginalOffer, ...]:
            _must_be_open(tx, incident)
            known = alerts.of_incident(tx, incident)
            found = {
                one.id: OriginalOffer(
                    alert=one.id,
                    severity=one.assessment.severity.value,
                    title=one.envelope.title,
                )
                for one in known
            }
            if alert:
                _kept(tx, incident, alert)
                named = OriginalOffer(alert=alert, severity="", title=Untrusted(""))
                found = {alert: found.get(alert, named), **found}
            return tuple(found.values())[: rules.MOST_OFFERED]

        return self._store.read(work)

    def may(self, incident: str, by: Asker) -> None:
        """Let somebody go on to the form, or refuse."""
        self._store.read(lambda tx: self._allowed(tx, incident, by))

    def open(self, asked: OriginalAsked) -> None:
        """Seal an original for one person and give them the link, or refuse."""
        try:
            found = self._store.read(lambda tx: self._found(tx, asked))
            rules.must_say_why(asked.reason)
            self._seal(asked, found)
        except Refusal as no:
            self._refuse(asked, no)
        except NotWrapped as fault:
            what = "The original was not opened"
            self._refuse(asked, no_answer(what, fault.because))

    def _found(self, tx: Transaction, asked: OriginalAsked) -> _Found:
        """Return what may be opened.

        Raises:
            Refusal: It may not, or there is no such thing.
        """
        incident = asked.incident
        _must_be_open(tx, incident)
        answer = self._allowed(tx, incident, asked.by)
        item = _kept(tx, incident, rules.known_alert(asked.alert))
        drill = board.load(tx, incident)[0].drill
        return _Found(item=item, answer=answer, drill=drill)

    def _allowed(self, tx: Transaction, incident: str, by: Asker) -> PolicyAnswer:
        answer = self.may_open(tx, board.load(tx, incident)[0], by)
        rules.may_open_original(by.person, answer)
        book, now = self.desk.vault.book, self.desk.vault.book.clock.now()
        had = originals_of(tx, book, by.person.id, since=now - rules.HOUR)
        rules.must_not_hurry(had, self.most_per_hour, now=now)
        return answer

    def _seal(self, asked: OriginalAsked, found: _Found) -> None:
        payload = self._payload(found.item)
        plain = original_document(self._told(asked, found), payload)
        identity, vault = seal.new_key(), self.desk.vault
        # No second recipient: the sealed payload in the inbox is the copy that stays.
        content = seal.seal(plain, key=identity)

        def ticketing(tx: Transaction, share: str) -> tuple[()]:
            answer = self._found(tx, asked).answer
            self._write(tx, share, asked, answer, len(payload.body))
            person, channel = asked.by.person, asked.channel
            self.desk.hand(tx, share, identity, person.id, person.team, channel)
            tx.inbox.done(asked.item, {"incident": asked.incident, _ASKED: "answered"})
            return ()

        who = asked.by.person.id
        life_s = int(rules.ORIGINAL_LIFE.total_seconds())
        made = made_of(content, incident=asked.incident, by=who, opens=1, life_s=life_s)
        vault.keep(made, content, identity, ticketing, actor=who)

    def _write(
        self,
        tx: Transaction,
        share: str,
        asked: OriginalAsked,
        answer: PolicyAnswer,
        size_bytes: int,
    ) -> None:
        """Write down which original it is, for whom, why and by which policies."""
        book, who = self.desk.vault.book, asked.by.person.id
        typed = asked.reason[: rules.LONGEST_REASON]
        reason = self.redactor.redact(typed, scope=asked.incident).text
        wanted = WantedOriginal(
            alert=asked.alert,
            person=who,
            size_bytes=size_bytes,
            reason=Untrusted(reason),
            rules=answer.reasons,
            policy_hash=answer.hash,
        )
        sealed = rules.seal_original(book.load(tx, share), wanted, book.clock.now())
        book.append(tx, share, sealed, actor=who)

    def _refuse(self, asked: OriginalAsked, no: Refusal) -> None:
        """Write the refusal down with the incident and say it; the item is done."""
        because = no.because if isinstance(no, NotAllowed) else ""
        book, who, incident = self.desk.vault.book, asked.by.person.id, asked.incident

        def work(tx: Transaction) -> None:
            book.refused(
                tx, incident, code=no.code, by=who, asked=_ASKED, because=because
            )
            self._keep_ruling(tx, asked, no)
            self.desk.say(tx, incident, asked.item, asked.channel, who, str(no))
            tx.inbox.done(asked.item, {"incident": incident, _ASKED: no.code})

        self._store.write(work).result()

    def _keep_ruling(self, tx: Transaction, asked: OriginalAsked, no: Refusal) -> None:
        """Keep what the policies said, where that was a no."""
        if board.row(tx, asked.incident) is None:
            return
        answer = self.may_open(tx, board.load(tx, asked.incident)[0], asked.by)
        said = refusal_of(Standing(person=asked.by.person, policy=answer))
        at = self.desk.vault.book.clock.now()
        decided.keep(tx, said, at=at, incident=asked.incident, code=no.code)

    def _payload(self, item: InboxItem) -> Payload:
        keys = self.desk.vault.keys
        try:
            return unseal_payload(keys, item.sealed, item=item.id, at=item.received_at)
        except Tampered:
            raise OutOfTurn(
                "The original was not opened",
                because="its sealed payload was changed after it came",
                next_move="Tell those who look after this installation.",
            ) from None

    def _told(self, asked: OriginalAsked, found: _Found) -> Told:
        return Told(
            incident=asked.incident,
            exercise=found.drill,
            alert=asked.alert,
            source=found.item.source,
            received_at=found.item.received_at,
            alerts=len(found.item.outcome.get("alerts") or ()),
            opened_at=self.desk.vault.book.clock.now(),
        )

    @property
    def _store(self) -> Store:
        return self.desk.vault.store


def _must_be_open(tx: Transaction, incident: str) -> None:
    what = "The original was not opened"
    if board.row(tx, incident) is None:
        because = f"there is no incident {incident!a}"
        list_them = "See the open ones with `/incident list`."
        raise NotFound(what, because=because, next_move=list_them)
    if is_over(tx, incident):
        reopen = "Open it again if it is not over, then ask again."
        raise OutOfTurn(what, because=f"{incident} is resolved", next_move=reopen)


def _kept(tx: Transaction, incident: str, alert: str) -> InboxItem:
    """Return the inbox item that an alert of an incident came in.

    Raises:
        NotFound: It is not one of the incident, or its payload is no longer kept.
    """
    item = tx.inbox.find(alert.partition(".")[0])
    if item is None or item.lane is Lane.SLACK or not _is_of(tx, incident, alert, item):
        raise NotFound(
            "The original was not opened",
            because=f"{incident} has no alert of that name",
            next_move="Take an id, al_…, from the evidence line of its card.",
        )
    if item.sealed:
        return item
    raise NotFound(
        "The original was not opened",
        because="its payload was erased",
        next_move="What the alert said, masked, is on the incident's page.",
    )


def _is_of(tx: Transaction, incident: str, alert: str, item: InboxItem) -> bool:
    placed = item.outcome.get("alerts") or {}
    if str(placed.get(alert, "")).split()[-1:] == [incident]:
        return True
    found = tx.tables.execute(
        "SELECT 1 AS one FROM alert WHERE id = ? AND incident = ?", (alert, incident)
    )
    return bool(found)
