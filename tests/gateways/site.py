"""A site's HTTP actions for tests, written, signed and loaded as a site would."""

import base64
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bot.gateways.http_door import HttpDoor
from bot.gateways.site_action import SiteAction
from bot.gateways.site_files import site_actions, site_keys, statement
from bot.ports.clock import Clock
from bot.ports.send import Send
from tests.fakes.flag_service import ACT_TOKEN, HOST, READ_TOKEN, SHARED

KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
PUBLIC = base64.b64encode(KEY.public_key().public_bytes_raw()).decode()
SECRETS = {"flags-hmac": SHARED, "flags-read": READ_TOKEN, "flags-act": ACT_TOKEN}

_COMMON = f"""
version: 1
level: {{default: T2, sandbox: T3}}
host: {HOST}
target: flag
signature: {{algorithm: hmac-sha256, key_id: tocsin, secret: flags-hmac}}
"""
_READ = """
read:
  path: /v1/flags/{flag}
  facts: {flags.flag.enabled: /flag/enabled, flags.flag.limit: /flag/limit}
  keep: [/flag/enabled, /flag/limit, /flag/owner/team, /flag/nothing]
  token: flags-read
"""
_FLAG = (
    'flag: {description: "the name of a flag", pattern: "^[a-z0-9./-]{1,40}$", '
    "maxLength: 40}"
)


def switching(verb: str, *, wanted: str, back: str) -> str:
    return f"""
name: http.flags.{verb}
title: Switch a flag {verb}
{_COMMON}{_READ}
params:
  {_FLAG}
write:
  method: POST
  path: /v1/flags/{{flag}}/{verb}
  body: {{why: "an incident with {{flag}}"}}
  token: flags-act
wanted: {{flags.flag.enabled: "{wanted}"}}
words: {{flags.flag.enabled: "whether the flag {{flag}} is on"}}
usual: {{flags.flag.enabled: "true"}}
blast: "Everybody who uses what stands behind {{flag}}."
rollback: http.flags.{back}
"""


OFF = switching("off", wanted="false", back="on")
ON = switching("on", wanted="true", back="off")
LIMIT = f"""
name: http.flags.limit
title: Set the limit of a flag
{_COMMON}{_READ}
params:
  {_FLAG}
  limit: {{description: "a number", pattern: "^[0-9]{{1,3}}$", maxLength: 3}}
write:
  method: PUT
  path: /v1/flags/{{flag}}/limit
  body: {{limit: {{$number: limit}}}}
  token: flags-act
wanted: {{flags.flag.limit: "{{limit}}"}}
words: {{flags.flag.limit: "the limit of {{flag}}"}}
usual: {{flags.flag.limit: "50"}}
blast: "Everybody who uses what stands behind {{flag}}."
rollback: http.flags.limit
restores: {{limit: flags.flag.limit}}
"""
FILES = {"off.yaml": OFF, "on.yaml": ON, "limit.yaml": LIMIT}


def written(
    folder: Path, files: dict[str, str], *, key: Ed25519PrivateKey = KEY
) -> Path:
    """Write files and sign each."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text, "utf-8")
        signature = base64.b64encode(key.sign(statement(text.encode()))).decode()
        (folder / f"{name}.sig").write_text(signature, "ascii")
    return folder


def loaded(folder: Path, files: dict[str, str] = FILES) -> tuple[SiteAction, ...]:
    return site_actions(written(folder, files), (PUBLIC,))


def door(actions: tuple[SiteAction, ...], send: Send, clock: Clock) -> HttpDoor:
    keys = {one.MANIFEST.name: site_keys(one, SECRETS.__getitem__) for one in actions}
    return HttpDoor(keys=keys, send=send, clock=clock)
