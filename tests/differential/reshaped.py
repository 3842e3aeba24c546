"""The same question with other values: each literal and variable is replaced by another value of its form."""

import base64
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import orjson
from graphql import (
    ArgumentNode,
    FieldNode,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLList,
    TypeInfo,
    TypeInfoVisitor,
    VariableDefinitionNode,
    Visitor,
    parse,
    parse_value,
    print_ast,
    type_from_ast,
    value_from_ast_untyped,
    visit,
)

from schema.limits import walk
from tests.contracts.graphql_walk import GRAPHQL, bare
from tests.contracts.hostile import MARK
from tests.differential.alike import CURSOR
from tests.differential.inputs import printed
from tests.differential.ways import Question

UUID_TEXT = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
# What values made here look like, wherever they show: marked words, ids, dates, and long numbers.
GENERATED = re.compile(rf"{MARK}|{UUID_TEXT.pattern}|\d{{4}}-\d\d-\d\d|\d{{6,}}", re.IGNORECASE)
SECONDS = 3_000_000_000


@dataclass
class Reshaper:
    """Makes values of the same form: nulls, flags, enumerations, lengths of lists and empty texts stay what they are."""

    random: Random
    # What has become of each value: merged fields must go on saying the same.
    made: dict[tuple[str, str], Any] = field(default_factory=dict)

    def question(self, of: Question) -> Question:
        """The question with other values throughout."""
        return replace(self.variables(of), text=self._literals(of.text))

    def variables(self, of: Question) -> Question:
        """The question with other values of its variables."""
        self.made.clear()
        document = parse(of.text)
        declared = [node for node in walk(document) if isinstance(node, VariableDefinitionNode)]
        types = {node.variable.name.value: type_from_ast(GRAPHQL, node.type) for node in declared}
        return replace(of, variables={name: self.value(types[name], each) for name, each in of.variables.items() if name in types})

    def value(self, of: Any, value: Any) -> Any:
        """Another value of a type."""
        plain = bare(of)
        if value is None or isinstance(value, bool) or isinstance(plain, GraphQLEnumType):
            return value
        if isinstance(plain, GraphQLList):
            return [self.value(plain.of_type, each) for each in value] if isinstance(value, list) else self.value(plain.of_type, value)
        if isinstance(plain, GraphQLInputObjectType):
            return {name: self.value(plain.fields[name].type, each) for name, each in value.items()}
        key = (plain.name, str(value))
        if key not in self.made:
            self.made[key] = self.scalar(plain.name, value)
        return self.made[key]

    def scalar(self, name: str, value: Any) -> Any:
        """Another value of a scalar."""
        makers: dict[str, Callable[[], Any]] = {
            # No larger than it was, for the cost.
            "PageSize": lambda: self.random.randint(0, value),
            "Int": self._number,
            "Decimal": lambda: self._number() + 0.25,
            "Date": lambda: self._day().isoformat(),
            "DateTime": self._moment,
        }
        return makers[name]() if name in makers else self._text(value)

    def _text(self, value: Any) -> str:
        text = str(value)
        if CURSOR.fullmatch(text):
            return self._cursor(text)
        return self._id() if UUID_TEXT.fullmatch(text) else f"{MARK}{self.random.getrandbits(60):x}" if text.strip() else text

    def _cursor(self, text: str) -> str:
        """A cursor of the same order, at a place where no row is."""
        order, *places = orjson.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        made = orjson.dumps([order, *map(self._place, places)])
        return base64.urlsafe_b64encode(made).decode().rstrip("=")

    def _place(self, value: Any) -> Any:
        if isinstance(value, str) and value.endswith("Z") and value[:4].isdigit():
            return self._moment()
        if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value):
            return self._day().isoformat()
        return self._text(value) if isinstance(value, str) else value if value is None else self._number()

    def _number(self) -> int:
        return self.random.randint(1_000_000, 9_999_999)

    def _id(self) -> str:
        return str(UUID(int=self.random.getrandbits(128), version=4))

    def _day(self) -> date:
        return date(2001, 1, 1) + timedelta(days=self.random.randint(0, 9000))

    def _moment(self) -> str:
        moment = datetime.fromtimestamp(self.random.randint(0, SECONDS), UTC) + timedelta(microseconds=self.random.randint(1, 999_999))
        return moment.isoformat().replace("+00:00", "Z")

    def _literals(self, text: str) -> str:
        info = TypeInfo(GRAPHQL)
        return print_ast(visit(parse(text), TypeInfoVisitor(info, _Literals(self, info))))


class _Literals(Visitor):
    """Replaces the arguments of fields that have no variable in them."""

    def __init__(self, reshaper: Reshaper, info: TypeInfo) -> None:
        super().__init__()
        self._reshaper = reshaper
        self._info = info

    def enter_argument(self, node: ArgumentNode, _key: Any, _parent: Any, _path: Any, ancestors: Any) -> Any:
        """Another value where a field takes one."""
        on_field = any(isinstance(each, FieldNode) for each in ancestors[-2:])
        argument = self._info.get_argument()
        if not on_field or argument is None or any(each.kind == "variable" for each in walk(node)):
            return None
        value = self._reshaper.value(argument.type, value_from_ast_untyped(node.value))
        return ArgumentNode(name=node.name, value=parse_value(printed(argument.type, value)))
