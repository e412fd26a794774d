"""What payloads mean, many at a time: remembered, or read in a process of its own.

What one payload means is `bot/triage.py`'s business. Here is who is asked, where that
one runs, and what need not be asked twice.

    recall.py     the same alerts again, with other times: answered from memory
    apart.py      everything else: asked of a process that holds nothing worth stealing
    process.py    that process from outside: begun, listened to, ended
    __main__.py   that process
    reader.py     what it does with a payload
"""
