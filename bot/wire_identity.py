"""Puts identity together: Sign in with Slack, and who shows a sealed link."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, replace

from starlette.routing import Route

from bot.config import Settings
from bot.domain.commands import Person
from bot.domain.errors import BadSettings
from bot.domain.untrusted import Untrusted
from bot.guards import Guards
from bot.house import House
from bot.ports import Clock
from bot.ports.issuer import Issuer
from bot.slack.issuer import SlackIssuer
from bot.slack.room import SlackRoom
from bot.slack.room_settings import SlackSettings
from bot.store.sqlite import SqliteStore
from bot.web.links import PageLinks
from bot.web.readers import Readers, is_safe_to_sign_in
from bot.web.sessions import Sessions
from bot.web.sign_in_tries import SignInTries
from bot.web.slack_sign_in import START, SlackSignInDoor
from bot.web.visitors import Visitors
from bot.wire_ground import Ground
from bot.wire_sharing import Sharing


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityNeeds:
    """What identity takes from the house.

    Attributes:
        person: Looks somebody up in Slack by id; fails closed.
        names: What people call themselves, by id.
        base_url: Where browsers reach us, without a slash at the end.
        issuer: None leaves Sign in with Slack away.
        required: A sealed link opens only for its own person.
    """

    store: SqliteStore
    clock: Clock
    sessions: Sessions
    person: Callable[[str], Awaitable[Person]]
    names: Callable[[Collection[str]], Awaitable[Mapping[str, Untrusted]]]
    base_url: str
    guards: Guards
    issuer: Issuer | None
    required: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """The parts that the house needs of identity.

    Attributes:
        start: Path at which Slack is asked who somebody is, "" where it is not.
    """

    visitors: Visitors
    routes: tuple[Route, ...]
    start: str

    def join(self, house: House, sharing: Sharing) -> None:
        """Add the doors to a house; that of sealed links now asks who shows one."""
        known = self.visitors
        door = replace(
            sharing.door, visit=known.visit, me=known.me, called=known.called
        )
        replace(sharing, door=door).join(house)
        # Before the sign-in links, whose addresses are alike.
        house.routes = (*self.routes, *house.routes)


def must_be_possible(
    settings: Settings, slack: SlackSettings, *, base_url: str
) -> None:
    """Refuse to require what nobody could do.

    Raises:
        BadSettings: Signing in is required, and there is no way to.
    """
    if settings.web.sign_in != "required":
        return
    if slack.issuer is None:
        raise _impossible(
            "slack.client_id or slack.client_secret is not set",
            "Set both, see docs/guides/sign-in.md, or set web.sign_in to link.",
        )
    if not is_safe_to_sign_in(base_url):
        raise _impossible(
            "browsers would reach the pages without encryption",
            "Set web.public_url to an https address, or web.sign_in to link.",
        )


def identity_of(ground: Ground, room: SlackRoom, links: PageLinks) -> Identity:
    """Put the identity of a house together.

    Raises:
        BadSettings: Signing in is required, and there is no way to.
    """
    slack, issuer = ground.slack, None
    must_be_possible(ground.settings, slack, base_url=links.base_url)
    if slack.issuer is not None:
        issuer = SlackIssuer(
            settings=slack.issuer,
            team=room.identity.team,
            clock=ground.clock,
        )
    return build_identity(
        IdentityNeeds(
            store=ground.store,
            clock=ground.clock,
            sessions=links.sessions,
            person=room.people.person,
            names=room.names.of,
            base_url=links.base_url,
            guards=ground.guards,
            issuer=issuer,
            required=ground.settings.web.sign_in == "required",
        )
    )


def build_identity(needs: IdentityNeeds) -> Identity:
    """Put identity together."""
    readers = Readers(
        sessions=needs.sessions, person=needs.person, base_url=needs.base_url
    )
    visitors = Visitors(
        readers=readers,
        names=needs.names,
        mask=needs.guards.text,
        required=needs.required,
    )
    if needs.issuer is None or not is_safe_to_sign_in(needs.base_url):
        return Identity(visitors=visitors, routes=(), start="")
    door = SlackSignInDoor(
        issuer=needs.issuer,
        tries=SignInTries(store=needs.store, clock=needs.clock),
        sessions=needs.sessions,
        readers=readers,
        clock=needs.clock,
        base_url=needs.base_url,
    )
    return Identity(visitors=visitors, routes=tuple(door.routes()), start=START)


def _impossible(because: str, next_move: str) -> BadSettings:
    return BadSettings(
        "Tocsin did not start",
        because=f"web.sign_in is required, but {because}",
        next_move=next_move,
    )
