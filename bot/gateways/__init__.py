"""HTTP services that actions change: requests, sessions of one plan, what came of them.

LiteLLM's proxy is one; the others are what a site describes in signed files of its own.
Nothing here opens a connection: whoever wires it gives a `Send`.
"""
