"""Who shows a sealed link, where it matters: somebody signed in on a page of ours.

Whether they may open it is decided where the ticket is known; the door is `shares.py`.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass

from starlette.requests import Request

from bot.domain.share_people import UNKNOWN_VISIT, Visit
from bot.domain.untrusted import Untrusted
from bot.web.readers import NotReading, Readers
from bot.web.shares import Told

_NAME_CHARS = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitors:
    """Tells who shows a link.

    Attributes:
        names: What people call themselves, by id.
        mask: Takes out of a text what must not be shown.
        required: A ticket opens only for its own person.
    """

    readers: Readers
    names: Callable[[Collection[str]], Awaitable[Mapping[str, Untrusted]]]
    mask: Callable[[str], str]
    required: bool

    async def visit(self, request: Request) -> Visit:
        """Return what is known of who shows a link."""
        if not self.required:
            return UNKNOWN_VISIT
        return Visit(person=await self._person(request), must_sign_in=True)

    async def me(self, request: Request) -> Told:
        """Return whether one must sign in, and as whom this browser is signed in.

        The person is what they call themselves, never an id.
        """
        person = await self._person(request) if self.required else ""
        return {
            "required": self.required,
            "signed_in": bool(person),
            "person": await self._name(person) or ("somebody" if person else ""),
        }

    async def _person(self, request: Request) -> str:
        """Return who is signed in and a full member now; "" for nobody.

        A cookie counts only where a page of ours sent it.
        """
        if not self.readers.is_own(request):
            return ""
        try:
            return (await self.readers.of(request)).person
        except NotReading:
            return ""

    async def called(self, person: str) -> str:
        """Return whom a page names: never a name without its id; "" for nobody.

        Names are edited by their owners, so an id stands behind each; it stands alone
        where Slack does not say the name.
        """
        name = await self._name(person)
        return f"{name} ({person})" if name else person

    async def _name(self, person: str) -> str:
        if not person:
            return ""
        found = (await self.names({person})).get(person)
        return self.mask(found.for_html_line(limit=_NAME_CHARS)) if found else ""
