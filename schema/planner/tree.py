"""What a plan needs of its document's syntax tree besides the fields."""

from graphql import DocumentNode, VariableNode

from schema.limits import walk


def forget_tokens(document: DocumentNode) -> None:
    """Places in the text stay known; the tokens, of which each knows the next, would keep all of each other in memory.

    None knows the one before any more either, so that they go at once and not when the garbage collector comes.
    """
    token = document.loc.start_token if document.loc else None
    while token is not None:
        token.prev, token = None, token.next
    for node in walk(document):
        if node.loc is not None:
            node.loc.start_token = node.loc.end_token = None  # type: ignore[assignment]  # read by graphql-core's parser alone


def deciding_variables(document: DocumentNode) -> tuple[str, ...]:
    """The variables that @skip and @include read."""
    names = [
        argument.value.name.value
        for node in walk(document)
        for directive in getattr(node, "directives", None) or ()
        for argument in directive.arguments
        if isinstance(argument.value, VariableNode) and directive.name.value in {"skip", "include"}
    ]
    return tuple(dict.fromkeys(names))
