"""The rules of Tocsin: pure functions over frozen values.

No input or output, no clock, no randomness lives here. Time, ids and randomness
are arguments; what happened is a value that the caller writes down.
"""
