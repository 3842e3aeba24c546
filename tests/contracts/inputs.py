"""What a caller may send: the inputs that mutations take, and which of their fields nobody may write."""

from collections.abc import Iterator

from graphql import GraphQLInputObjectType, GraphQLSchema, get_named_type

TENANT = frozenset({"companyId", "company"})


def mutation_inputs(schema: GraphQLSchema) -> dict[str, GraphQLInputObjectType]:
    """Every input object that a mutation takes, however deep."""
    found: dict[str, GraphQLInputObjectType] = {}
    mutations = schema.mutation_type.fields if schema.mutation_type else {}
    waiting = [get_named_type(argument.type) for field in mutations.values() for argument in field.args.values()]
    while waiting:
        of = waiting.pop()
        if isinstance(of, GraphQLInputObjectType) and of.name not in found:
            found[of.name] = of
            waiting += [get_named_type(field.type) for field in of.fields.values()]
    return found


def tenant_fields(schema: GraphQLSchema) -> list[str]:
    """Where a mutation lets a company be named."""
    inputs = mutation_inputs(schema).items()
    return [*_arguments(schema), *(f"{name}.{field}" for name, of in inputs for field in of.fields if field in TENANT)]


def _arguments(schema: GraphQLSchema) -> Iterator[str]:
    for name, field in (schema.mutation_type.fields if schema.mutation_type else {}).items():
        yield from (f"Mutation.{name}({argument})" for argument in field.args if argument in TENANT)
