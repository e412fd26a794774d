"""The HTTP doors: alerts in, health and figures out, the admin door.

The Slack door is mounted by `bot/wire.py`; nothing here knows Slack.
"""
