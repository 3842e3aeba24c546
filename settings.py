"""Every setting of Parley, read once from the environment into one frozen object."""

import difflib
import os
import re
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AliasChoices, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

PLACEHOLDERS = frozenset({"changeme", "change-me", "secret", "password", "your-secret", "test", "dev"})
SHORTEST_SECRET = 32
METRICS_TOKEN = re.compile(rf"[!-~]{{{SHORTEST_SECRET},}}")

Switch = Literal["all", "authenticated", "off"]
Words = Annotated[tuple[str, ...], NoDecode]


class SettingsError(ValueError):
    """A setting is unknown, missing or unsafe; the text names it and says what would be right."""


class Settings(BaseSettings):
    """Names are `PARLEY_` + the field, except `DATABASE_URL` and `REDIS_URL`; durations are in seconds."""

    model_config = SettingsConfigDict(env_prefix="PARLEY_", frozen=True, extra="forbid")

    environment: Literal["development", "production"] = Field(
        "development", validation_alias=AliasChoices("PARLEY_ENV", "environment"), description="`production` refuses unsafe settings."
    )
    host: str = Field("127.0.0.1", description="Address the web server listens on.")
    port: int = Field(8000, ge=0, le=65535, description="Port the web server listens on.")
    data_dir: Path = Field(Path(".parley"), description="Where `make run` keeps its servers' data and `run.json`.")

    database_url: SecretStr | None = Field(
        None,
        validation_alias=AliasChoices("DATABASE_URL", "database_url"),
        description="PostgreSQL 18+ with pgvector. Unset: the bundled server.",
    )
    migration_url: SecretStr | None = Field(None, description="Login that owns the tables. Unset: `DATABASE_URL`.")
    redis_url: SecretStr | None = Field(
        None, validation_alias=AliasChoices("REDIS_URL", "redis_url"), description="Redis 7+ or Valkey. Unset: the bundled server."
    )
    app_role: str = Field("parley_app", pattern=r"^[a-z_][a-z0-9_]*$", description="Role requests run as; row level security binds it.")
    system_role: str = Field("parley_system", pattern=r"^[a-z_][a-z0-9_]*$", description="Role of the few look-ups that precede a company.")
    read_connections: int = Field(8, ge=1, le=200, description="Connections for reads, per process.")
    write_connections: int = Field(6, ge=1, le=200, description="Connections for commands, per process.")
    statement_timeout: float = Field(10.0, gt=0, description="Longest a statement may run.")
    lock_timeout: float = Field(1.0, gt=0, description="Longest a statement may wait for a lock.")
    pool_timeout: float = Field(0.75, gt=0, description="Longest a request waits for a connection before 503.")

    jwt_secret: SecretStr | None = Field(None, description="HS256 secret of at least 32 bytes. Unset: `make run` makes one.")
    jwks_urls: Words = Field((), description="JWKS addresses, comma separated; RS256 and ES256 keys are read from them.")
    jwt_issuers: Words = Field((), description="Accepted `iss` values, comma separated. Empty: not checked.")
    jwt_audience: str | None = Field("authenticated", description="Required `aud`. Empty: not checked.")
    create_company: bool = Field(True, description="First use by an unknown user creates a company and makes the user its owner.")
    membership_ttl: float = Field(30.0, ge=0, description="How long a user's company and role are remembered.")

    limit_user: str = Field("1000/hour", description="Requests per user over GraphQL and REST together.")
    limit_anonymous: str = Field("600/minute", description="Requests per client address without a valid token.")
    limit_cost: str = Field("5000000/hour", description="Cost of GraphQL operations per company; a row costs 1.")
    trusted_proxies: Words = Field((), description="Addresses or networks whose `X-Forwarded-For` is believed.")
    cors_origins: Words = Field((), description="Origins allowed by CORS, comma separated; `*` for any.")

    introspection: Switch | None = Field(None, description="Who may introspect. Unset: all in development, authenticated in production.")
    graphiql: Switch | None = Field(None, description="Who may open GraphiQL. Unset: `all` in development, `off` in production.")
    graphql_max_depth: int = Field(12, ge=1, description="Levels of a query.")
    graphql_max_tokens: int = Field(1000, ge=1, description="Tokens of a document.")
    graphql_max_aliases: int = Field(50, ge=0, description="Aliases in a document.")
    graphql_max_directives: int = Field(50, ge=0, description="Directives in a document.")
    graphql_max_cost: int = Field(20_000, ge=1, description="Cost of one operation, about the rows it may return.")
    graphql_max_body: int = Field(256 * 1024, ge=1024, description="Bytes of a GraphQL request.")
    graphql_batch: int = Field(0, ge=0, le=10, description="Operations that one request may hold as a list, each counted; 0: none.")
    live_connections: int = Field(500, ge=1, description="Sockets and event streams of one company, per process.")
    live_subscriptions: int = Field(50, ge=1, description="Subscriptions of one socket.")
    trusted_documents: Path | None = Field(None, description="Manifest of documents that clients may send by their hash alone.")
    trusted_only: bool = Field(False, description="Run the manifest's documents and no others.")
    upload_max_file: int = Field(10 * 1024 * 1024, ge=1024, description="Bytes of an uploaded file.")
    upload_read_within: float = Field(
        5.0, ge=0, description="How long an upload waits for its text; what takes longer is left to a worker. 0: everything is."
    )
    storage_url: str | None = Field(
        None, description="`s3://bucket/prefix?endpoint=https://host&region=name` for uploaded files. Unset: a folder in `PARLEY_DATA_DIR`."
    )
    storage_key_id: str | None = Field(None, description="Access key of the storage. Unset: the machine's own.")
    storage_secret: SecretStr | None = Field(None, description="Secret of that key.")
    public_url: str | None = Field(None, description="Address that clients reach this server by, for links. Unset: host and port.")
    link_secret: SecretStr | None = Field(None, description="Signs links to files, 32 bytes or more. Unset: from `PARLEY_JWT_SECRET`.")
    embeddings_url: str | None = Field(None, description="OpenAI-compatible endpoint for embeddings. Unset: the bundled model.")
    embeddings_key: SecretStr | None = Field(None, description="Key of that endpoint.")
    embeddings_model: str | None = Field(None, description="Model of that endpoint.")
    embeddings_dimension: int | None = Field(None, ge=1, le=16_000, description="Numbers in a vector of that model.")
    embeddings_shorten: bool = Field(False, description="Ask that model for so many numbers; few models can.")
    embeddings_tokenizer: Path | None = Field(None, description="That model's `tokenizer.json`, by which chunks are measured.")
    rest_max_body: int = Field(10 * 1024 * 1024, ge=1024, description="Bytes of a REST request.")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="What is logged; info has a line a request.")
    metrics_token: SecretStr | None = Field(
        None,
        description="Bearer token (at least 32 characters) that opens the web server's Prometheus counters at `/metrics`. Unset: none.",
    )
    demo: bool = Field(False, description="Offer the demo company's tokens in GraphiQL; `make run` sets it. Development only.")
    worker_metrics_port: int | None = Field(
        None, ge=1, le=65535, description="Port on 127.0.0.1 where the worker shows Prometheus counters. Unset: none."
    )
    event_retention_days: int = Field(90, ge=1, description="How long the event log is kept.")

    @model_validator(mode="before")
    @classmethod
    def _split_words(cls, values: Any) -> Any:
        """Comma separated text becomes a tuple."""
        names = {name for name, field in cls.model_fields.items() if field.annotation == tuple[str, ...]}
        return {k: _words(v) if k in names and isinstance(v, str) else v for k, v in values.items()}

    @model_validator(mode="after")
    def _refuse_unsafe(self) -> Self:
        """Outside development a missing or guessable secret stops the start."""
        secret = self.jwt_secret.get_secret_value() if self.jwt_secret else ""
        links = self.link_secret.get_secret_value() if self.link_secret else ""
        if links and len(links.encode()) < SHORTEST_SECRET:
            raise ValueError(f"PARLEY_LINK_SECRET has {len(links.encode())} bytes; use at least {SHORTEST_SECRET} random ones")
        if secret and len(secret.encode()) < SHORTEST_SECRET:
            raise ValueError(f"PARLEY_JWT_SECRET has {len(secret.encode())} bytes; use at least {SHORTEST_SECRET} random ones")
        if self.metrics_token is not None and not METRICS_TOKEN.fullmatch(self.metrics_token.get_secret_value()):
            said = f"at least {SHORTEST_SECRET} characters of ASCII without spaces; make one with `openssl rand -hex 32`"
            raise ValueError(f"PARLEY_METRICS_TOKEN must have {said}")
        if self.environment == "production":
            if not secret and not self.jwks_urls:
                raise ValueError("set PARLEY_JWT_SECRET or PARLEY_JWKS_URLS: without one nobody can sign in")
            if not secret and not links:
                raise ValueError("set PARLEY_LINK_SECRET: without PARLEY_JWT_SECRET there is nothing to sign links to files with")
            if secret.lower().strip("0123456789!") in PLACEHOLDERS or len(set(secret)) in range(1, 8):
                raise ValueError("PARLEY_JWT_SECRET is a placeholder; make one with `openssl rand -base64 48`")
        return self

    @model_validator(mode="after")
    def _whole_endpoint(self) -> Self:
        """An endpoint for embeddings needs its model and dimension."""
        if self.embeddings_url and not (self.embeddings_model and self.embeddings_dimension):
            raise ValueError("PARLEY_EMBEDDINGS_URL needs PARLEY_EMBEDDINGS_MODEL and PARLEY_EMBEDDINGS_DIMENSION beside it")
        return self

    @property
    def base_url(self) -> str:
        """The address that links begin with."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")

    @property
    def introspection_for(self) -> Switch:
        """Who may introspect, with the environment's default filled in."""
        return self.introspection or ("all" if self.environment == "development" else "authenticated")

    @property
    def graphiql_for(self) -> Switch:
        """Who may open GraphiQL, with the environment's default filled in."""
        return self.graphiql or ("all" if self.environment == "development" else "off")


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


def known_names() -> list[str]:
    """The environment variables that Parley reads."""
    special = {"environment": "PARLEY_ENV", "database_url": "DATABASE_URL", "redis_url": "REDIS_URL"}
    return [special.get(name, f"PARLEY_{name.upper()}") for name in Settings.model_fields]


def load_settings(**overrides: Any) -> Settings:
    """Read the environment; raises `SettingsError` that names the variable and what would be right."""
    known = known_names()
    for name in os.environ:
        if name.startswith("PARLEY_") and name not in known:
            near = difflib.get_close_matches(name.removeprefix("PARLEY_"), [each.removeprefix("PARLEY_") for each in known], n=1)
            listed = f"; known are {', '.join(sorted(known))}"
            hint = f"; did you mean PARLEY_{near[0]}?" if near and f"PARLEY_{near[0]}" in known else listed
            raise SettingsError(f"{name} is not a setting{hint}")
    try:
        return Settings(**overrides)
    except ValueError as error:
        raise SettingsError(_readable(error)) from None


def _readable(error: ValueError) -> str:
    if not isinstance(error, ValidationError):
        return str(error)
    issues = error.errors(include_url=False, include_input=False)
    return "; ".join(": ".join(filter(None, (_variable(issue["loc"]), issue["msg"].removeprefix("Value error, ")))) for issue in issues)


def _variable(place: tuple[int | str, ...]) -> str:
    """The environment variable behind a field that is wrong."""
    fields = list(Settings.model_fields)
    name = str(place[0]) if place else ""
    return known_names()[fields.index(name)] if name in fields else name
