"""An issuer in the test's hand: who a code stands for is what the test says."""

from urllib.parse import urlencode

from bot.ports.issuer import NotSignedIn, SignInSecrets


class FakeIssuer:
    """Keeps `bot.ports.issuer.Issuer`; a code works once, as with Slack.

    Attributes:
        people: Slack id by code.
        asked: The tries that people were sent to Slack with, by state.
    """

    def __init__(self) -> None:
        self.people: dict[str, str] = {}
        self.asked: dict[str, SignInSecrets] = {}
        self.shown: list[str] = []

    async def address(self, tried: SignInSecrets, *, back: str) -> str:
        self.asked[tried.state] = tried
        given = urlencode({"state": tried.state, "redirect_uri": back})
        return f"https://slack.test/authorize?{given}"

    async def person(self, code: str, tried: SignInSecrets, *, back: str) -> str:
        self.shown.append(code)
        if self.asked.get(tried.state) != tried or not back.endswith("/back"):
            raise NotSignedIn("wrong_try")
        if code not in self.people:
            raise NotSignedIn("code_refused")
        return self.people.pop(code)
