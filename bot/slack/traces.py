"""Where an error came from, for the log, without its text: that may be outside's."""


def where(error: BaseException) -> str:
    """Return the kind of an error and the line that raised it."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return type(error).__name__
    name = trace.tb_frame.f_globals.get("__name__", "?")
    return f"{type(error).__name__} in {name}, line {trace.tb_lineno}"
