"""A GraphQL query becomes one SQL statement: planned once a document, filled for each request.

What is not covered, and whatever goes wrong while a request is read, is left to the executor, which words it.
"""
