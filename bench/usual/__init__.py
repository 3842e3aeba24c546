"""The usual way: FastAPI, SQLModel on an async SQLAlchemy session, Strawberry with DataLoaders, as everybody writes it.

It connects as a login that row level security does not bind and filters by company by hand, so it is spared that work.
"""
