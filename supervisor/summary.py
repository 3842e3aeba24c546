"""What a person needs once Parley runs."""

from pathlib import Path

QUERY = '{"query": "{ contacts(first: 3) { nodes { id email } } }"}'


def summary(url: str, tokens: dict[str, str], folder: Path) -> list[str]:
    """Lines to print; the commands can be pasted as they are, one after the other."""
    return [
        "",
        f"Parley runs at {url}",
        f"  GraphiQL   {url}/graphql",
        f"  Logs       {folder}/*.log",
        *_tokens(tokens),
        *(_commands(url, tokens["owner"]) if "owner" in tokens else []),
        "",
        "Stop with Ctrl-C.",
    ]


def _tokens(tokens: dict[str, str]) -> list[str]:
    return ["", "Demo tokens (also in run.json)", *(f"  {role:<10} {token}" for role, token in tokens.items())] if tokens else []


def _commands(url: str, token: str) -> list[str]:
    return [
        "",
        "Try",
        f"  TOKEN={token}",
        f'  curl -H "Authorization: Bearer $TOKEN" "{url}/api/crm/contacts?limit=3"; echo',
        f"""  curl -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" -d '{QUERY}' {url}/graphql; echo""",
    ]
