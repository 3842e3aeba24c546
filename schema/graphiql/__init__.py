"""The browser pages: GraphiQL and a readable OpenAPI page."""
