"""Serve it: python -m bench.usual (BENCH_DATABASE_URL, BENCH_JWT_SECRET, BENCH_PORT)."""

import os

import uvicorn

from bench.usual.graphql import router
from bench.usual.rest import app

app.include_router(router, prefix="/graphql")
uvicorn.run(app, port=int(os.environ["BENCH_PORT"]), access_log=False, log_level="warning")
