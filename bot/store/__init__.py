"""Where everything lives: the log, the queues and the rows, in one SQLite file.

`sqlite.py` is the door; the promises it keeps are in `bot/ports`. The hashing
(`merkle.py`), the signed heads (`checkpoint.py`) and the bytes of an entry
(`leaf.py`) are pure and know no storage.
"""
