"""Live updates: the event log, read once a process for all of its subscribers, over sockets and server-sent events."""
