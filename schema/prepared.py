"""Documents: parsed, limited and validated once, remembered by their text."""

from collections import OrderedDict
from dataclasses import dataclass, field

from graphql import (
    DocumentNode,
    GraphQLError,
    NoSchemaIntrospectionCustomRule,
    parse,
    specified_rules,
)

from schema.errors import RequestError
from schema.limits import LONGEST_TEXT, check_document, too_much
from schema.planner.plan import Plans
from schema.planner.types import Types
from schema.validation import errors_of
from settings import Settings

MOST_REMEMBERED = 1500
LONGEST_REMEMBERED = 10_000
MOST_ERRORS = 5
RULES = tuple(specified_rules)


@dataclass(slots=True)
class Documents:
    """The schema's door keeper: hands out documents that may be executed."""

    types: Types
    settings: Settings
    remembered: "OrderedDict[tuple[str, bool], Plans]" = field(default_factory=OrderedDict)

    def prepared(self, text: str, *, introspection: bool) -> Plans:
        """The document and its plans; raises `RequestError` when it does not parse, asks for too much, or does not fit the schema."""
        key = (text, introspection)
        found = self.remembered.get(key)
        if found is not None:
            self.remembered.move_to_end(key)
            return found
        document = self._parse(text)
        check_document(document, self.settings)
        rules = RULES if introspection else (*RULES, NoSchemaIntrospectionCustomRule)
        errors = errors_of(self.types.schema, document, rules, MOST_ERRORS, hide_suggestions=not introspection)
        if errors:
            raise RequestError(errors[0].message, "GRAPHQL_VALIDATION_FAILED", errors=errors)
        plans = Plans.of(self.types, text, document)
        self._remember(key, plans)
        return plans

    def _parse(self, text: str) -> DocumentNode:
        most = self.settings.graphql_max_tokens
        if len(text) > LONGEST_TEXT:
            said = f"The document has {len(text):,} characters; at most {LONGEST_TEXT:,} are read. Send long values as variables"
            raise too_much("TOO_MANY_TOKENS", said)
        try:
            return parse(text, max_tokens=most)
        except GraphQLError as error:
            if "tokens" in error.message:
                raise too_much("TOO_MANY_TOKENS", f"The document has over {most} tokens; ask for less at once") from None
            raise RequestError(error.message, "GRAPHQL_PARSE_FAILED", errors=[error]) from None
        except RecursionError:
            raise too_much("QUERY_TOO_DEEP", "The document is nested too deeply to be read") from None

    def _remember(self, key: tuple[str, bool], plans: Plans) -> None:
        if len(key[0]) > LONGEST_REMEMBERED:
            return
        self.remembered[key] = plans
        if len(self.remembered) > MOST_REMEMBERED:
            self.remembered.popitem(last=False)
