"""The workspace as an OpenID issuer: Sign in with Slack, for trying and for tests.

Slack's own page asks who somebody is; here a person is chosen (``page/sign-in.html``,
or ``as`` in the address). Whoever is deactivated, and every app, is turned away, as
Slack would. Endpoints and errors: Slack's discovery document and method reference.
"""

import asyncio
import base64
import hashlib
import secrets
from datetime import timedelta
from importlib.resources import files
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from bot.practice.settings import Json, SlackError
from bot.practice.workspace import Workspace

CODE_LIFE = timedelta(minutes=10)


class Issuer:
    """Answers who signed in, with a key that is new at every start."""

    def __init__(self, space: Workspace) -> None:
        self._space = space
        self._codes: dict[str, Json] = {}
        self._tokens: dict[str, str] = {}
        self._key: Any = None
        self._making = asyncio.Lock()

    async def keys(self, _: Request) -> Response:
        """Answer the public half of the key."""
        key = await self._signing_key()
        return JSONResponse({"keys": [key.as_dict(private=False)]})

    async def authorize(self, request: Request) -> Response:
        """Show who can be chosen, or send the one who was back with a code."""
        asked = dict(request.query_params)
        self._check(asked)
        chosen = asked.pop("as", "")
        if not chosen:
            page = files("bot.practice") / "page" / "sign-in.html"
            return HTMLResponse(page.read_text("utf-8"))
        person = self._space.records.get("people", chosen)
        known = {"state": asked["state"]} if "state" in asked else {}
        if person is None or person["kind"] in ("deactivated", "bot"):
            known |= {"error": "access_denied"}
        else:
            known |= {"code": secrets.token_urlsafe(24)}
            now = self._space.settings.clock()
            self._codes[known["code"]] = asked | {"person": chosen, "made_at": now}
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode(known)}", 302)

    def _check(self, asked: Json) -> None:
        ours, scopes = self._space.settings, {*asked.get("scope", "").split()}
        oauth = ours.manifest["oauth_config"]
        holds = {
            "invalid_client_id": asked.get("client_id") == ours.client_id,
            "bad_redirect_uri": asked.get("redirect_uri") in oauth["redirect_urls"],
            "invalid_response_type": asked.get("response_type") == "code",
            "invalid_scope": {"openid"} <= scopes <= {*oauth["scopes"]["user"]},
        }
        refuse_first(holds)

    async def token(self, request: Request) -> Response:
        """Answer a code with what it says, once; refusals are HTTP 200."""
        async with request.form() as form:
            given = {name: str(value) for name, value in form.items()}
        try:
            found = await self._redeemed(given)
        except SlackError as no:
            found = {"ok": False, "error": no.code}
        return JSONResponse(found)

    async def _redeemed(self, given: Json) -> Json:
        from joserfc import jwt  # slow to import, and few start by signing in

        ours, blank = self._space.settings, {"redirect_uri": None}
        code = self._codes.pop(given.get("code", ""), blank)
        made_at, wanted = code.get("made_at"), code.get("code_challenge")
        shown = _challenge(given.get("code_verifier", ""))
        holds = {
            "invalid_client_id": given.get("client_id") == ours.client_id,
            "bad_client_secret": given.get("client_secret") == ours.client_secret,
            "invalid_code": made_at and ours.clock() - made_at <= CODE_LIFE,
            "bad_redirect_uri": given.get("redirect_uri") == code["redirect_uri"],
            "invalid_grant": wanted in (None, shown),
        }
        refuse_first(holds)
        access = "xox" + "p-" + secrets.token_hex(16)
        self._tokens[access] = code["person"]
        claims = self._claims(code["person"]) | {"nonce": code.get("nonce", "")}
        key = await self._signing_key()
        token = jwt.encode({"alg": "RS256", "kid": key.kid}, claims, key)
        return {"ok": True, "access_token": access, "id_token": token}

    async def user_info(self, request: Request) -> Response:
        """Answer who an access token speaks for."""
        shown = request.headers.get("authorization", "").removeprefix("Bearer ")
        if shown not in self._tokens:
            return JSONResponse({"ok": False, "error": "invalid_auth"})
        return JSONResponse({"ok": True, **self._claims(self._tokens[shown])})

    def _claims(self, key: str) -> Json:
        person, ours = self._space.records.get("people", key), self._space.settings
        claims = self._space.shape("id_token", person=person, client=ours.client_id)
        return claims | {"exp": claims["iat"] + 300}

    async def _signing_key(self) -> Any:
        from joserfc.jwk import RSAKey

        named: Any = {"kid": secrets.token_hex(8), "use": "sig", "alg": "RS256"}
        async with self._making:
            if self._key is None:
                make = RSAKey.generate_key
                self._key = await asyncio.to_thread(make, 2048, named)
        return self._key


def refuse_first(holds: Json) -> None:
    """Refuse with the first code whose condition does not hold."""
    for code, fine in holds.items():
        if not fine:
            raise SlackError(code)


def _challenge(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
