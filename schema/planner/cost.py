"""What an operation costs: its fields' weights times the sizes of the lists that they stand in."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import FieldNode, IntValueNode, ListValueNode, ValueNode, VariableNode

from schema.cost import ListSize
from schema.planner.collect import Collector
from schema.planner.types import FieldFacts


@dataclass(frozen=True, slots=True)
class Size:
    """How many items a list has: the largest of its slicing arguments, or what is assumed without any."""

    literal: int | None
    variables: tuple[str, ...]
    assumed: int

    def of(self, variables: Mapping[str, Any]) -> int:
        """The number, for a request's variables."""
        given = [_count(variables[name]) for name in self.variables if variables.get(name) is not None]
        if self.literal is not None:
            given.append(self.literal)
        return max(given, default=self.assumed)


@dataclass(frozen=True, slots=True)
class CostNode:
    """A field: what each one of it costs, and what its own fields cost; an abstract type has one choice for each type behind it.

    A field that `acts` costs its weight even when it shows nothing.
    """

    key: str
    weight: int
    size: Size | None
    choices: "tuple[tuple[CostNode, ...], ...]"
    acts: bool = False

    def requested(self, variables: Mapping[str, Any]) -> int:
        """What it costs at the most."""
        inner = max((sum(each.requested(variables) for each in choice) for choice in self.choices), default=0)
        return (self.weight + inner) * (1 if self.size is None else self.size.of(variables))

    def actual(self, shown: Any) -> int:
        """What the value that it came to has cost."""
        if isinstance(shown, list) and self.size is not None:
            return sum(self._actual(each) for each in shown)
        return self._actual(shown)

    def _actual(self, shown: Any) -> int:
        if shown is None:
            return self.weight if self.acts else 0
        if not isinstance(shown, dict):
            return self.weight
        return self.weight + max((sum(each.actual(shown.get(each.key)) for each in choice) for choice in self.choices), default=0)

    @property
    def constant(self) -> bool:
        """Whether no variable decides."""
        return not (self.size and self.size.variables) and all(each.constant for choice in self.choices for each in choice)


@dataclass(frozen=True, slots=True)
class Cost:
    """An operation's cost; `fixed` is known once and for all when no variable decides."""

    fields: tuple[CostNode, ...]
    fixed: int | None

    @classmethod
    def of(cls, collector: Collector, roots: Mapping[str, list[FieldNode]], type_name: str) -> "Cost":
        """The cost of an operation's root fields."""
        fields = _nodes(collector, roots, type_name, None)
        constant = all(each.constant for each in fields)
        return cls(fields, sum(each.requested({}) for each in fields) if constant else None)

    def requested(self, variables: Mapping[str, Any]) -> int:
        """What the operation costs at the most."""
        return self.fixed if self.fixed is not None else sum(each.requested(variables) for each in self.fields)

    def actual(self, data: Mapping[str, Any] | None) -> int:
        """What it cost, by its answer."""
        return sum(each.actual((data or {}).get(each.key)) for each in self.fields)


def _nodes(
    collector: Collector, fields: Mapping[str, list[FieldNode]], type_name: str, around: tuple[ListSize, Size] | None
) -> tuple[CostNode, ...]:
    """`around` is the size that the field around these gives to some of them."""
    found = []
    for key, nodes in fields.items():
        facts = collector.types.field(type_name, nodes[0].name.value)
        made = _node(collector, key, nodes, facts, around) if facts else None
        if made is not None and (made.weight or any(made.choices)):
            acts = type_name == "Mutation"
            found.append(CostNode(made.key, made.weight, made.size, made.choices, acts))
    return tuple(found)


def _node(
    collector: Collector, key: str, nodes: list[FieldNode], facts: FieldFacts, around: tuple[ListSize, Size] | None
) -> CostNode | None:
    own = _size(nodes[0], facts.size) if facts.size else None
    size = None
    if facts.listed:
        sized = around is not None and nodes[0].name.value in (around[0].sized_fields or ())
        size = around[1] if sized and around else own or Size(None, (), 1)
    if not facts.composite:
        return CostNode(key, facts.weight, size, ())
    inside = (facts.size, own) if facts.size and own and facts.size.sized_fields else None
    choices = tuple(
        _nodes(collector, collector.fields(nodes, possible), possible, inside) for possible in collector.types.possible(facts.named)
    )
    return CostNode(key, facts.weight, size, choices)


def _size(node: FieldNode, declared: ListSize) -> Size:
    given = [argument.value for argument in node.arguments or () if argument.name.value in declared.slicing_arguments]
    variables = tuple(value.name.value for value in given if isinstance(value, VariableNode))
    return Size(max(_literals(given), default=None), variables, declared.assumed_size)


def _literals(values: Iterable[ValueNode]) -> list[int]:
    """Numbers as they are, lists by their length."""
    numbers = [int(value.value) for value in values if isinstance(value, IntValueNode)]
    return numbers + [len(value.values) for value in values if isinstance(value, ListValueNode)]


def _count(value: Any) -> int:
    return len(value) if isinstance(value, list) else int(value)
