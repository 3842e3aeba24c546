"""From an uploaded file to embedded chunks: recognise, extract, chunk, embed, store.

Nothing is imported here: the child process that parses documents starts with what it needs and no more.
"""
