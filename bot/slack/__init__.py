"""The Slack room: what comes in becomes commands, what happened becomes messages.

Pure parts (`cards`, `lines`, `modals`, `verbs`, `rich`) know no network and no
Slack library. `app`, `listeners`, `inbox_worker`, `people` and `sender` do.
"""
