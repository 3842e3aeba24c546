"""Values of arguments, as literals and as variables, composed over the schema's input types."""

from dataclasses import dataclass, field
from typing import Any

import orjson
from graphql import GraphQLBoolean, GraphQLEnumType, GraphQLInputObjectType, GraphQLList, GraphQLNonNull, is_required_input_field
from hypothesis import strategies as st

from tests.contracts.graphql_walk import bare
from tests.differential.choices import Choices
from tests.differential.pools import Pools
from tests.schema.test_filters import LEAF, filters

MISSING = object()
DEEPEST = 3
BOOLEAN = GraphQLNonNull(GraphQLBoolean)
FILTERS: dict[str, st.SearchStrategy[dict[str, Any]]] = {f"{noun.title()}Filter": filters(noun, 2) for noun in LEAF}


def printed(of: Any, value: Any) -> str:
    """A value as a literal of a type."""
    plain = bare(of)
    if isinstance(value, list):
        return _listed([printed(plain.of_type if isinstance(plain, GraphQLList) else plain, each) for each in value])
    if isinstance(plain, GraphQLList):
        return printed(plain.of_type, value)
    if isinstance(value, dict):
        fields = plain.fields if isinstance(plain, GraphQLInputObjectType) else {}
        return _object({name: printed(fields[name].type if name in fields else plain, each) for name, each in value.items()})
    return str(value) if isinstance(plain, GraphQLEnumType) and value is not None else orjson.dumps(value).decode()


def _listed(literals: list[str]) -> str:
    return f"[{', '.join(literals)}]"


def _object(literals: dict[str, str]) -> str:
    return f"{{{', '.join(f'{name}: {each}' for name, each in literals.items())}}}"


@dataclass
class Inputs:
    """One document's values. `declared` are the variables' types with their defaults, `given` the values that are sent."""

    choices: Choices
    pools: Pools
    declared: dict[str, str] = field(default_factory=dict)
    given: dict[str, Any] = field(default_factory=dict)

    def value(self, of: Any, hint: str, depth: int = 0) -> Any:
        """A value of a type, mostly one that is accepted; `hint` names its place."""
        if not isinstance(of, GraphQLNonNull) and self.choices.chance(1):
            return None
        plain = bare(of)
        if isinstance(plain, GraphQLList):
            return self._listed(plain, hint, depth)
        if isinstance(plain, GraphQLEnumType):
            return self.choices.one_of(sorted(plain.values))
        if isinstance(plain, GraphQLInputObjectType):
            return self._object(plain, depth)
        return self._scalar(plain.name, hint)

    def _listed(self, of: GraphQLList[Any], hint: str, depth: int) -> Any:
        if self.choices.chance(5):
            return self.value(of.of_type, hint, depth)
        return [self.value(of.of_type, hint, depth) for _ in range(self.choices.below(4))]

    def _object(self, of: GraphQLInputObjectType, depth: int) -> dict[str, Any]:
        if of.name in FILTERS and self.choices.chance(50):
            found: dict[str, Any] = self.choices.drawn(FILTERS[of.name])
            return found
        required = [name for name, each in of.fields.items() if is_required_input_field(each)]
        optional = [name for name in of.fields if name not in required]
        if depth >= DEEPEST:
            optional = [name for name in optional if not isinstance(bare(of.fields[name].type), GraphQLInputObjectType | GraphQLList)]
        names = required + self.choices.some(optional, 2 if depth else 3)
        hint = of.name.removesuffix("Filter")
        return {name: self.value(of.fields[name].type, f"{hint}.{name}", depth + 1) for name in names}

    def _scalar(self, name: str, hint: str) -> Any:
        odd = self.choices.chance(1)
        if name == "ID":
            usual = self.pools.foreign if self.choices.chance(10) else self.pools.ids_for(hint)
            return self.choices.one_of(self.pools.odd[name] if odd else usual)
        return self.choices.one_of(self.pools.odd[name] if odd and name in self.pools.odd else self.pools.usual[name])

    def argument(self, of: Any, value: Any) -> str:
        """A value as it stands in the document: a literal, a variable, or a literal with variables inside."""
        if self.choices.chance(20):
            return self._variable(of, value)
        plain = bare(of)
        if isinstance(plain, GraphQLList) and isinstance(value, list):
            return _listed([self.argument(plain.of_type, each) for each in value])
        if isinstance(plain, GraphQLInputObjectType) and isinstance(value, dict):
            return _object({name: self.argument(plain.fields[name].type, each) for name, each in value.items()})
        return printed(of, value)

    def _variable(self, of: Any, value: Any) -> str:
        """A new variable that stands for the value: sent, or the default of one that is not, or no value at all."""
        name = f"v{len(self.declared)}"
        kind, required = str(bare(of)), isinstance(of, GraphQLNonNull)
        ways: list[tuple[str, Any]] = [(str(of), value)]
        odd: list[tuple[str, Any]] = [(f"{kind}!", MISSING), (f"{kind}!", None)]
        if value is not None:
            default = f"{kind} = {printed(of, value)}"
            ways += [(f"{kind}!", value), (default, MISSING), (default, value)]
            odd.append((default, None))
        if not required:
            ways += [(kind, MISSING), (kind, None)]
        self.declared[name], sent = self.choices.one_of(odd if self.choices.chance(1) else ways)
        if sent is not MISSING:
            self.given[name] = sent
        return f"${name}"

    def truth(self) -> str:
        """A Boolean for @skip and @include: a literal or a variable."""
        return self.argument(BOOLEAN, self.choices.chance(50))
