"""What Tocsin looks at by itself: heartbeats, status pages, figures of systems.

Each watcher remembers its part in rows (`rows.py`) and tells through the inbox, as any
other source does (`notices.py`); so its alerts are parsed, masked, grouped and shown
like all alerts. What is usual and when silence counts is decided in `bot/domain`; who
calls the watchers is `bot/jobs.py`.
"""
