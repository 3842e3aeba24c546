"""The same question asked both ways: of the server's engine, which plans, and of the same engine without its planner."""

from dataclasses import dataclass, field, replace
from typing import Any

import orjson

from models.db import Database
from resolvers.errors import ParleyError
from resolvers.knowledge import Knowledge
from schema.engine import Engine
from schema.http import error_body
from schema.request import from_body
from settings import Settings
from tests.differential.callers import Caller
from web.budgets import Budgets
from web.limits import Limiter


@dataclass(frozen=True)
class Question:
    """A document and what goes with it."""

    text: str
    variables: dict[str, Any] = field(default_factory=dict)
    operation: str | None = None

    @property
    def body(self) -> dict[str, Any]:
        """What is sent."""
        return {"query": self.text, "variables": self.variables, "operationName": self.operation}

    def __repr__(self) -> str:
        operation = f"\noperation: {self.operation}" if self.operation else ""
        return f"\n{self.text}\nvariables: {orjson.dumps(self.variables).decode()}{operation}\n"


@dataclass(frozen=True)
class Answer:
    """What came back. `planned` tells whether a plan answered."""

    body: dict[str, Any]
    planned: bool
    statements: int

    @property
    def refused(self) -> bool:
        """Whether the request was turned away before any field was run."""
        return "data" not in self.body

    @property
    def data(self) -> bytes:
        """The data with its keys in their order; empty when there is none."""
        return b"" if self.refused else orjson.dumps(self.body["data"])

    @property
    def codes(self) -> set[str]:
        """What kinds of errors it has."""
        return {error["extensions"]["code"] for error in self.body.get("errors", [])}

    @property
    def errors(self) -> list[bytes]:
        """The errors as a multiset: message, path, locations, extensions."""
        return sorted(orjson.dumps(error, option=orjson.OPT_SORT_KEYS) for error in self.body.get("errors", []))

    @property
    def reason(self) -> str:
        """Why no plan answered; empty unless the document had what plans leave to the executor."""
        return str(self.body.get("extensions", {}).get("plan", {}).get("reason", ""))

    @property
    def cost(self) -> tuple[Any, Any]:
        """What it might have cost, and what it did."""
        told = self.body.get("extensions", {}).get("cost", {})
        return told.get("requested"), told.get("actual")


@dataclass(frozen=True)
class Ways:
    """Both engines over one database. They remember documents and plans from question to question, as a server does."""

    database: Database
    knowledge: Knowledge
    planning: Engine
    executing: Engine

    @classmethod
    def of(cls, database: Database, settings: Settings) -> "Ways":
        """Nothing is remembered yet."""
        generous = settings.model_copy(update={"limit_cost": "2000000000/hour"})
        engine = Engine.of(generous, Budgets(Limiter(None), generous))
        # One memory for both: the second reading of a document costs nothing.
        return cls(database, Knowledge(settings), engine, replace(engine, planning=False))

    async def planned(self, caller: Caller, question: Question) -> Answer:
        """As the server answers."""
        return await self._ask(self.planning, caller, question)

    async def executed(self, caller: Caller, question: Question) -> Answer:
        """As the executor alone answers."""
        return await self._ask(self.executing, caller, question)

    async def _ask(self, engine: Engine, caller: Caller, question: Question) -> Answer:
        ctx = replace(caller.ctx(self.database), knowledge=self.knowledge)
        try:
            reply = await engine.answer(engine.prepare(from_body(question.body), ctx), ctx)
            body = reply.body
        except ParleyError as error:
            body = error_body(error)
        return Answer(orjson.loads(body), ctx.planned, ctx.db.statements)
