"""Slack as an OpenID issuer: Sign in with Slack, authorization code flow.

Endpoints, claims and RS256 as in Slack's discovery document
(``https://slack.com/.well-known/openid-configuration``) and the method reference of
``openid.connect.token``; checks of the ID token as in OpenID Connect Core 1.0, section
3.1.3.7. The access token is thrown away. Sessions are the business of `bot/web`.
"""

import asyncio
import base64
import hashlib
import json
import re
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import aiohttp

from bot.ports import Clock
from bot.ports.issuer import NotSignedIn, SignInSecrets
from bot.slack.clients import CALL_FAILED

if TYPE_CHECKING:  # it is slow to import, and few start by signing in
    from joserfc.jwk import KeySet

ISSUER = "https://slack.com"
_KEYS, _TOKEN = "openid/connect/keys", "api/openid.connect.token"
_TEAM, _PERSON = "https://slack.com/team_id", "https://slack.com/user_id"
_ID = re.compile(r"[UW][A-Z0-9]{2,30}")
_TIMEOUT_S = 5.0
_LEEWAY_S = 60
_KEYS_FRESH = timedelta(hours=1)
# A key that is not known is looked for again, but not at every forged token.
_KEYS_AGAIN = timedelta(seconds=30)
_MOST_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuerSettings:
    """Which app signs people in, and where.

    Attributes:
        issuer: Of the tokens; the addresses follow from it.
        pkce: The Slack app has PKCE switched on.
    """

    client_id: str
    client_secret: str = field(repr=False)
    issuer: str = ISSUER
    pkce: bool = False


@dataclass(slots=True)
class _Keys:
    found: "KeySet"
    read_at: datetime


class SlackIssuer:
    """Keeps `bot.ports.issuer.Issuer`.

    Args:
        team: Answers our workspace's id; raises as `Identity.team`.
    """

    def __init__(
        self,
        *,
        settings: IssuerSettings,
        team: Callable[[], Awaitable[str]],
        clock: Clock,
    ) -> None:
        self._settings = settings
        self._team = team
        self._clock = clock
        self._keys: _Keys | None = None
        self._reading = asyncio.Lock()

    async def address(self, tried: SignInSecrets, *, back: str) -> str:
        """Return where a browser is sent to sign in."""
        asked = {
            "response_type": "code",
            "scope": "openid",
            "client_id": self._settings.client_id,
            "redirect_uri": back,
            "state": tried.state,
            "nonce": tried.nonce,
        }
        with suppress(*CALL_FAILED):  # without it Slack asks for the workspace
            asked["team"] = await self._team()
        if self._settings.pkce:
            asked["code_challenge"] = challenge(tried.verifier)
            asked["code_challenge_method"] = "S256"
        return f"{self._settings.issuer}/openid/connect/authorize?{urlencode(asked)}"

    async def person(self, code: str, tried: SignInSecrets, *, back: str) -> str:
        """Return the Slack id of who signed in, of our workspace.

        Raises:
            NotSignedIn: Nobody did, or not with this try.
        """
        token = await self._token(code, tried, back)
        claims = await self._claims(token, tried.nonce)
        try:
            ours = await self._team()
        except CALL_FAILED:
            raise NotSignedIn("team_unknown") from None
        if not ours or claims.get(_TEAM) != ours:
            raise NotSignedIn("wrong_team")
        person = claims.get(_PERSON)
        if not isinstance(person, str) or not _ID.fullmatch(person):
            raise NotSignedIn("no_person")
        return person

    async def _token(self, code: str, tried: SignInSecrets, back: str) -> str:
        asked = {
            "client_id": self._settings.client_id,
            "client_secret": self._settings.client_secret,
            "code": code,
            "grant_type": "authorization_code",
            "redirect_uri": back,
        }
        if self._settings.pkce:
            asked["code_verifier"] = tried.verifier
        try:
            raw = await _asked(f"{self._settings.issuer}/{_TOKEN}", asked)
            answer = json.loads(raw)
        except CALL_FAILED:
            raise NotSignedIn("no_answer") from None
        if not isinstance(answer, dict) or answer.get("ok") is not True:
            raise NotSignedIn("code_refused")
        found = answer.get("id_token")
        if not isinstance(found, str):
            raise NotSignedIn("no_token")
        return found

    async def _claims(self, token: str, nonce: str) -> Mapping[str, Any]:
        """Return what a token says, once it is sure that Slack says it to us, now."""
        from joserfc import jwt
        from joserfc.errors import JoseError

        keys = await self._keys_for(token)
        now = int(self._clock.now().timestamp())
        wanted = jwt.JWTClaimsRegistry(
            now=now,
            leeway=_LEEWAY_S,
            iss={"essential": True, "value": self._settings.issuer},
            aud={"essential": True, "value": self._settings.client_id},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        try:
            read = jwt.decode(token, keys, algorithms=["RS256"])
            wanted.validate(read.claims)
        except (JoseError, ValueError, TypeError) as wrong:
            raise NotSignedIn(f"bad_token_{type(wrong).__name__}") from None
        if not _is_for_us_alone(read.claims, self._settings.client_id):
            raise NotSignedIn("bad_token_audience")
        return read.claims

    async def _keys_for(self, token: str) -> "KeySet":
        """Return Slack's keys, read again where they do not have the token's."""
        kid, now = _kid(token), self._clock.now()
        async with self._reading:
            kept = self._keys
            if kept is not None:
                age = now - kept.read_at
                knows = any(one.kid == kid for one in kept.found.keys)
                if (knows and age < _KEYS_FRESH) or (not knows and age < _KEYS_AGAIN):
                    return kept.found
            self._keys = _Keys(await read_keys(self._settings.issuer), now)
            return self._keys.found


async def read_keys(issuer: str) -> "KeySet":
    """Return the keys with which an issuer signs.

    Raises:
        NotSignedIn: It does not show them.
    """
    try:
        rows = json.loads(await _asked(f"{issuer}/{_KEYS}"))["keys"]
    except (*CALL_FAILED, KeyError, TypeError):
        raise NotSignedIn("no_keys") from None
    return _rsa_keys(rows)


def challenge(verifier: str) -> str:
    """Return what the issuer sees of a verifier: S256 of RFC 7636, section 4.2."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


async def _asked(address: str, form: Mapping[str, str] | None = None) -> bytes:
    """Return what stands at an address, or what it answers to a form."""
    timeout = aiohttp.ClientTimeout(total=_TIMEOUT_S)
    method = "POST" if form else "GET"
    async with (
        aiohttp.ClientSession(timeout=timeout) as session,
        session.request(method, address, data=form, allow_redirects=False) as answer,
    ):
        answer.raise_for_status()
        found = b""
        async for piece in answer.content.iter_any():
            found += piece
            if len(found) > _MOST_BYTES:
                raise ValueError("the answer is too long")
        return found


def _rsa_keys(rows: Any) -> "KeySet":
    """Return the RSA keys with an id; others are none that we would believe."""
    from joserfc.errors import JoseError
    from joserfc.jwk import KeySet, RSAKey

    found: list[Any] = []
    for row in rows if isinstance(rows, list) else ():
        if isinstance(row, dict) and row.get("kty") == "RSA" and row.get("kid"):
            with suppress(JoseError, ValueError, TypeError):
                found.append(RSAKey.import_key(row))
    return KeySet(found)


def _kid(token: str) -> str:
    """Return which key a token names, unchecked.

    Raises:
        NotSignedIn: It names none.
    """
    head = token.partition(".")[0]
    try:
        named = json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))
        kid = named["kid"]
    except (ValueError, KeyError, TypeError):
        raise NotSignedIn("bad_token_header") from None
    if not isinstance(kid, str) or not kid:
        raise NotSignedIn("bad_token_header")
    return kid


def _is_for_us_alone(claims: Mapping[str, Any], client_id: str) -> bool:
    """Tell whether nobody else is meant too (OpenID Connect Core, 3.1.3.7, 3 to 5)."""
    audience = claims.get("aud")
    azp = claims.get("azp", client_id)
    return audience in (client_id, [client_id]) and azp == client_id
