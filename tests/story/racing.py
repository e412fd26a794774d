"""One of several processes that all want the same links.

Run by `test_share_proofs.py`: python -m tests.story.racing URL ADDRESS; reads links as
JSON from its standard input, says that it is ready, waits for a line, claims each of
them once, and prints the shares that it got.
"""

import json
import secrets
import sys

from bot.sharing import proof
from tests.story.keepalive import KeptOpen


def main() -> None:
    url, network = sys.argv[1:]
    links = json.loads(sys.stdin.readline())
    secrets.SystemRandom().shuffle(links)
    server = KeptOpen(url)
    nonce = server.post("/share/nonce", {}, f"{network}.0")[1]["nonce"]
    print("ready", flush=True)  # noqa: T201 - the parent reads it
    sys.stdin.readline()
    got = []
    for n, (share, ticket, key) in enumerate(links):
        auth = proof.auth_key(key)
        shown = proof.proof_of(auth, share=share, ticket=ticket, nonce=nonce)
        claim = {"share": share, "ticket": ticket, "nonce": nonce, "proof": shown}
        address = f"{network}.{n // 100 + 1}"
        status, _ = server.post("/share/claim", claim, address)
        if status == 200:
            got.append(share)
    print(json.dumps(got), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
