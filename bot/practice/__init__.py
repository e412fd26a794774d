"""The practice workspace: it plays Slack and its people, on loopback only.

Nothing in the bot imports this room but the command line.
"""
