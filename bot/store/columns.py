"""How a table's columns are written down: names of one type, separated by spaces."""


def texts(names: str) -> dict[str, type]:
    """Return columns that hold text."""
    return dict.fromkeys(names.split(), str)


def numbers(names: str) -> dict[str, type]:
    """Return columns that hold whole numbers."""
    return dict.fromkeys(names.split(), int)
