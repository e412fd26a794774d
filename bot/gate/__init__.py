"""The gate: the only room that changes the outside world, after people agreed."""
