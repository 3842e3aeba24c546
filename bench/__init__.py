"""The benchmark: Parley beside a hand-written ceiling and the usual way, on one database, reproducible by anyone."""
