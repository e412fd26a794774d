"""Puts the pages together; `bot/wire.py` does the rest of the house."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass

from starlette.routing import Route

from bot.domain.commands import Person
from bot.domain.links import NO_HOSTS, LinkHosts
from bot.domain.runbook_draft import Draft
from bot.domain.runbook_history import Mode
from bot.domain.untrusted import Untrusted
from bot.guards import Guards
from bot.ports import Clock, Keys
from bot.ports.gate import MOVING, Standstill
from bot.store.sqlite import SqliteStore
from bot.viewing import Viewing
from bot.web.dossier import Reading
from bot.web.links import PageLinks
from bot.web.pages import PagesDoor
from bot.web.postmortem import PostmortemDoor
from bot.web.readers import Readers
from bot.web.sessions import Sessions
from bot.web.sign_in import SignInDoor
from bot.web.tokens import Guesses


@dataclass(frozen=True, slots=True, kw_only=True)
class PageNeeds:
    """What the pages take from the house.

    Attributes:
        person: Looks somebody up in Slack by id; fails closed.
        names: What people call themselves, by id.
        base_url: Where browsers reach us, without a slash at the end.
        links: Where addresses that senders gave may lead.
        slack_sign_in: Path at which Slack is asked who somebody is, "" for none.
        history: What earlier incidents may do to suggestions.
        drafts: Drafts a runbook from an incident; None where none are drafted.
        still: Returns what is frozen, and whether everything is stopped.
    """

    store: SqliteStore
    clock: Clock
    keys: Keys
    viewing: Viewing
    sessions: Sessions
    person: Callable[[str], Awaitable[Person]]
    names: Callable[[Collection[str]], Awaitable[Mapping[str, Untrusted]]]
    base_url: str
    guards: Guards
    links: LinkHosts = NO_HOSTS
    slack_sign_in: str = ""
    history: Mode = "rank"
    drafts: Callable[[str], Draft | None] | None = None
    still: Callable[[], Standstill] = lambda: MOVING


def page_links(store: SqliteStore, clock: Clock, base_url: str) -> PageLinks:
    """Return who makes links to the pages; it is there before the doors are."""
    return PageLinks(sessions=Sessions(store=store, clock=clock), base_url=base_url)


def page_routes(needs: PageNeeds) -> list[Route]:
    """Return the routes of the pages and of signing in."""
    readers = Readers(
        sessions=needs.sessions, person=needs.person, base_url=needs.base_url
    )
    sign_in = SignInDoor(
        sessions=needs.sessions,
        readers=readers,
        clock=needs.clock,
        guesses=Guesses(),
        slack=needs.slack_sign_in,
    )
    reading = Reading(
        store=needs.store,
        clock=needs.clock,
        keys=needs.keys,
        viewing=needs.viewing,
        links=needs.links,
        history=needs.history,
    )
    pages = PagesDoor(
        reading=reading,
        readers=readers,
        names=needs.names,
        base_url=needs.base_url,
        mask=needs.guards.text,
        sign_in=needs.slack_sign_in,
        drafts=needs.drafts,
        still=needs.still,
    )
    drafts = PostmortemDoor(
        reading=reading,
        readers=readers,
        names=needs.names,
        mask=needs.guards.text,
        sign_in=needs.slack_sign_in,
    )
    return [*sign_in.routes(), *drafts.routes(), *pages.routes()]
