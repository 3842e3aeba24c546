"""The `parley` command."""

import asyncio
import gc
import sys
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Annotated, Literal, NoReturn
from uuid import UUID, uuid4

import typer
from rich.console import Console

from settings import Settings, SettingsError, load_settings

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Run, look after and look into a Parley installation.")
jobs = typer.Typer(no_args_is_help=True, help="Look at jobs, retry them and drop them.")
app.add_typer(jobs, name="jobs")
errors = Console(stderr=True)
HERE = Path(__file__).parent
SDL = HERE / "schema" / "schema.graphql"
OPENAPI = HERE / "rest_compat" / "openapi.json"
ERRORS = HERE / "docs" / "errors.md"
RELEASED = HERE / "schema" / "released.graphql"
DECISIONS = HERE / "docs" / "decisions"


@app.command()
def up() -> None:
    """Start everything: bundled servers where none is configured, tables, demo company, web server, worker."""
    from supervisor import run

    raise typer.Exit(run(load_settings()))


@app.command()
def web() -> None:
    """Serve GraphQL and REST."""
    import uvicorn

    from app import create_app
    from huge_pages import collapse_heap
    from logs import configure_logs
    from web.protocol import Protocol
    from web.unread import SocketProtocol

    settings = load_settings()
    configure_logs(settings)
    application = create_app(settings)
    # What was imported and built stays for good, so the collector need not look at it again. A request leaves nothing to it
    # (tests/test_garbage.py), a document seen for the first time 1,400 objects of graphql-core: a few at a time, so that nobody waits long.
    gc.collect()
    gc.freeze()
    gc.set_threshold(1_000, 5, 150)
    collapse_heap()
    # Who the client is behind a proxy is decided by PARLEY_TRUSTED_PROXIES, not by uvicorn.
    uvicorn.run(
        application.layers,
        host=settings.host,
        port=settings.port,
        http=Protocol,
        ws=SocketProtocol,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        ws_max_size=settings.graphql_max_body,
        # Compression would keep a window of 64 kB or more for each of thousands of sockets.
        ws_per_message_deflate=False,
        timeout_graceful_shutdown=10,
    )


@app.command()
def worker(
    queue: Annotated[Literal["light", "heavy"] | None, typer.Option(help="Only this queue's jobs; all unless said.")] = None,
) -> None:
    """Run jobs."""
    from jobs.worker import Terms, work
    from logs import configure_logs
    from models.job import JobQueue

    settings = load_settings()
    configure_logs(settings)
    asyncio.run(work(settings, Terms(queues=(JobQueue(queue),)) if queue else None))


@jobs.command("list")
def list_jobs(
    state: Annotated[Literal["queued", "running", "done", "failed"] | None, typer.Option(help="Only those that stand here.")] = None,
    company: Annotated[UUID | None, typer.Option(help="Only this company's.")] = None,
    most: Annotated[int, typer.Option(min=1, help="How many, the newest first.")] = 50,
) -> None:
    """Show jobs of every company, failed ones with their reason."""
    from jobs.operator import listed
    from models.job import JobState

    with _servers() as settings:
        for line in asyncio.run(listed(settings, JobState(state) if state else None, company, most)):
            typer.echo(line)


@jobs.command("retry")
def retry_job(job: Annotated[UUID, typer.Argument(help="A failed or waiting job's id.")]) -> None:
    """Do a failed job again, or a waiting one now."""
    from jobs.operator import retry

    with _servers() as settings:
        if not asyncio.run(retry(settings, job)):
            _fail(f"Job {job} is not retried: it must be failed or queued, and no unfinished one may have its dedupe key")
    typer.echo(f"{job} is queued")


@jobs.command("drop")
def drop_job(job: Annotated[UUID, typer.Argument(help="Any job's id.")]) -> None:
    """Remove a job; one that runs is cancelled within seconds."""
    from jobs.operator import drop

    with _servers() as settings:
        if not asyncio.run(drop(settings, job)):
            _fail(f"There is no job {job}")
    typer.echo(f"{job} is gone")


@app.command()
def migrate(
    revision: Annotated[str, typer.Argument(help="Where to: head, base or a revision.")] = "head",
    down: Annotated[bool, typer.Option("--down", help="Go down to the revision instead of up.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Only say whether the tables match the code.")] = False,
) -> None:
    """Bring the tables to a revision."""
    from models.migrations import run

    with _servers() as settings:
        url, roles = _owner(settings), {"app_role": settings.app_role, "system_role": settings.system_role}
        if check:
            difference = run.drift(url, **roles)
            if difference:
                _fail(f"The tables differ from the code: {difference}")
            return
        (run.downgrade if down else run.upgrade)(url, revision, **roles)


@app.command()
def demo(scale: Annotated[int, typer.Option(min=1, max=1000, help="How many times the demo's size.")] = 1) -> None:
    """Bring the demo company to so many times its size; what is there already stays."""
    from demo.show import fill_with_progress

    with _servers() as settings:
        fill_with_progress(settings, scale)


@app.command()
def token(
    email: Annotated[str, typer.Argument(help="The user's e-mail address; a new one gets a company of its own on first use.")] = "",
    sub: Annotated[UUID | None, typer.Option(help="The user's id; a random one unless said.")] = None,
    hours: Annotated[float, typer.Option(min=0.01, help="How long it is good for.")] = 24.0,
    scope: Annotated[list[str] | None, typer.Option(help="Narrow it to this scope; may be given several times.")] = None,
) -> None:
    """Issue a development token from the local secret."""
    from resolvers.auth.issue import Terms, issue_token

    settings = _adopted()
    if settings.jwt_secret is None:
        _fail("There is no secret to sign with: start `make run` once, or set PARLEY_JWT_SECRET")
    terms = Terms.of(settings, scopes=tuple(scope) if scope else None)
    typer.echo(issue_token(settings.jwt_secret.get_secret_value(), sub=sub or uuid4(), email=email, lifetime=hours * 3600, terms=terms))


@app.command()
def schema(
    diff: Annotated[bool, typer.Option("--diff", help="Only say whether the files are what the code gives, and promises kept.")] = False,
    release: Annotated[bool, typer.Option("--release", help="Also promise the schema as it is: write schema/released.graphql.")] = False,
    check: Annotated[str, typer.Option("--check", metavar="URL", help="Only compare a running server with schema/schema.graphql.")] = "",
    token: Annotated[str, typer.Option(help="Token for a server that shows its schema to its own people.")] = "",
) -> None:
    """Write schema/schema.graphql, rest_compat/openapi.json and docs/errors.md."""
    from published import broken_promises, errors_text, openapi_text, sdl_text

    if check:
        _compare(check, token)
        return
    made = {SDL: sdl_text(), OPENAPI: openapi_text(), ERRORS: errors_text()} | ({RELEASED: sdl_text()} if release else {})
    stale = [path for path, text in made.items() if not _same(path, text, write=not diff)]
    if diff and stale:
        names = ", ".join(path.relative_to(HERE).as_posix() for path in stale)
        _fail(f"Not what the code gives: {names}. Run `parley schema` and look at the diff")
    broken = broken_promises(RELEASED, DECISIONS)
    if diff and broken:
        typer.echo("\n".join(broken), err=True)
        _fail("What front ends were promised in schema/released.graphql is not kept")


@app.command()
def evaluate() -> None:
    """Say how well searches find what answers: thirty questions over twelve documents, in a database of their own."""
    from demo.evaluate import report
    from demo.trial import trial

    for line in report(trial()):
        typer.echo(line)


@app.command()
def doctor(fix: Annotated[bool, typer.Option("--fix", help="Create roles and grants that are missing.")] = False) -> None:
    """Say what is wrong with an installation."""
    from doctor import examine

    with _servers() as settings:
        raise typer.Exit(asyncio.run(examine(settings, fix=fix)))


def _compare(url: str, token: str) -> None:
    """Whether a server shows the committed schema; what differs goes to standard output."""
    from graphql import build_schema

    from schema.contract import ContractError, Difference, introspected

    address = url if url.rstrip("/").endswith("/graphql") else f"{url.rstrip('/')}/graphql"
    try:
        difference = Difference.of(build_schema(SDL.read_text("utf-8")), introspected(address, token), ("committed", "running"))
    except ContractError as error:
        _fail(str(error))
    if difference:
        typer.echo(str(difference))
        _fail(f"{address} does not serve {SDL.relative_to(HERE).as_posix()}; see what differs above")
    typer.echo(f"{address} serves the committed schema")


def _same(path: Path, text: str, *, write: bool) -> bool:
    same = path.exists() and path.read_text("utf-8") == text
    if write and not same:
        path.write_text(text, "utf-8")
        typer.echo(f"wrote {path.relative_to(HERE)}")
    return same


def _servers() -> AbstractContextManager[Settings]:
    from supervisor import bundled_environment

    return bundled_environment(load_settings())


def _adopted() -> Settings:
    from supervisor import adopt

    return adopt(load_settings())


def _owner(settings: Settings) -> str:
    url = settings.migration_url or settings.database_url
    if url is None:
        _fail("DATABASE_URL is not set")
    return url.get_secret_value()


def _fail(message: str) -> NoReturn:
    errors.print(f"[red]error[/red] {message}", highlight=False)
    raise typer.Exit(1)


def main() -> None:
    """The console script; errors that a person can mend are one line, not a traceback."""
    import asyncpg

    from embedded import EmbeddedError

    try:
        app()
    except (SettingsError, EmbeddedError) as error:
        errors.print(f"[red]error[/red] {error}", highlight=False)
        sys.exit(1)
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
        said = f"The database cannot be used: {error or type(error).__name__}. Next: `parley doctor`"
        errors.print(f"[red]error[/red] {said}", highlight=False)
        sys.exit(1)
