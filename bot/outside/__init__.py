"""What collectors of services outside of AWS share: asking, and saying why not.

What is asked and what it means is each integration's own. Nothing here opens a
connection: whoever wires it gives an `Ask` that reaches what the operator named and
nothing else.
"""

from bot.outside.files import counted, fitted
from bot.outside.service import Service, told

__all__ = ["Service", "counted", "fitted", "told"]
