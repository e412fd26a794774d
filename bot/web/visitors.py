"""Who shows a sealed link, where it matters: somebody signed in on a page of ours.

    GET /share/me → {"required", "signed_in", "person"}

The answer is about this browser and says nothing about any share; `person` is what
they call themselves. Whether they may open is decided where the ticket is known.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.domain.share_people import Visit
from bot.domain.untrusted import Untrusted
from bot.ports import Clock
from bot.web.callers import caller
from bot.web.pace import Pace
from bot.web.readers import NotReading, Readers
from bot.web.shares import HEADERS, nothing

_NAME_CHARS = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitors:
    """Tells who shows a link.

    Attributes:
        names: What people call themselves, by id.
        mask: Takes out of a text what must not be shown.
        required: A ticket opens only for its own person.
        pace: How many requests one address may send, whatever came of them.
    """

    readers: Readers
    names: Callable[[Collection[str]], Awaitable[Mapping[str, Untrusted]]]
    mask: Callable[[str], str]
    clock: Clock
    required: bool
    pace: Pace = field(default_factory=Pace)

    def routes(self) -> list[Route]:
        """Return the one route of this door."""
        return [Route("/share/me", self._me, methods=["GET"])]

    async def visit(self, request: Request) -> Visit:
        """Return what is known of who shows a link."""
        if not self.required:
            return Visit()
        return Visit(person=await self._person(request), must_sign_in=True)

    async def _me(self, request: Request) -> Response:
        if not self.pace.may(caller(request), self.clock.now()):
            return nothing()
        person = await self._person(request)
        answer = {
            "required": self.required,
            "signed_in": bool(person),
            "person": await self._name(person),
        }
        return JSONResponse(answer, headers=HEADERS)

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

    async def _name(self, person: str) -> str:
        if not person:
            return ""
        found = (await self.names({person})).get(person)
        return self.mask(found.for_slack(limit=_NAME_CHARS)) if found else "somebody"
