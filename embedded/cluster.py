"""A PostgreSQL data folder: made whole or not at all, with the logins that Parley uses."""

import json
import logging
import secrets
import shutil
import signal
from pathlib import Path

from embedded.errors import EmbeddedError
from embedded.files import write_private
from embedded.process import Program, run_to_end
from embedded.site import SHARED, Site

VERSION = "18"
DATABASE = "parley"
log = logging.getLogger(__name__)

LOGINS = ("postgres", "parley_owner", "parley")

# Nobody is trusted: every login needs its password, and only over loopback.
HBA = "host all all 127.0.0.1/32 scram-sha-256\n"

# The owner may hand out and try on the two roles, but does not inherit them: their policies must not bind it by accident.
ROLES = """
CREATE ROLE parley_app NOLOGIN NOINHERIT NOBYPASSRLS;

CREATE ROLE parley_system NOLOGIN NOINHERIT NOBYPASSRLS;

CREATE ROLE parley_owner LOGIN CREATEDB;

CREATE ROLE parley LOGIN NOINHERIT;

GRANT parley_app, parley_system TO parley WITH INHERIT FALSE, SET TRUE;

GRANT parley_app, parley_system TO parley_owner WITH ADMIN TRUE, INHERIT FALSE, SET TRUE;

CREATE DATABASE parley OWNER parley_owner;

"""

# Whether a text has a word tells nothing but that, so an index may say it before row level security is asked. PostgreSQL leaves it to
# the administrator to say so (docs/decisions/0012-hybrid-search.md).
CONTENTS = """
CREATE EXTENSION vector;

ALTER FUNCTION pg_catalog.ts_match_vq(tsvector, tsquery) LEAKPROOF;

ALTER SCHEMA public OWNER TO parley_owner;

REVOKE CREATE ON SCHEMA public FROM PUBLIC;

GRANT TEMPORARY ON DATABASE parley TO parley_app;

"""


def ensure_cluster(site: Site, *, durable: bool) -> dict[str, str]:
    """Make the data folder if there is none and return each login's password.

    Raises `EmbeddedError` when the folder holds something that this PostgreSQL cannot use.
    """
    kept = _kept_passwords(site)
    passwords = kept or {login: secrets.token_hex(24) for login in LOGINS}
    if _is_missing(site):
        _create(site, passwords, durable=durable)
    elif kept is None:
        _single_user(site, site.data, "postgres", _password_statements(passwords))
    if kept is None:
        write_private(_password_file(site), json.dumps(passwords, indent=1) + "\n")
    site.give(site.data)
    return passwords


def log_file(site: Site) -> Path:
    """Beside the data, where people look for it."""
    return site.link.with_name(f"{site.link.name}.log")


def remove_cluster(site: Site) -> None:
    """Remove the data, wherever it is, and what lies beside it; for tests."""
    if site.link.is_symlink():
        site.link.unlink()
    shutil.rmtree(site.data, ignore_errors=True)
    if site.data.parent.parent == SHARED:
        shutil.rmtree(site.data.parent, ignore_errors=True)
    for path in (log_file(site), _password_file(site)):
        path.unlink(missing_ok=True)


def _password_file(site: Site) -> Path:
    return site.link.with_name(f"{site.link.name}.passwords.json")


def _kept_passwords(site: Site) -> dict[str, str] | None:
    """None when they are lost or spoiled: then new ones are set, because whoever owns the folder owns the data."""
    path = _password_file(site)
    try:
        kept = json.loads(path.read_text())
    except (FileNotFoundError, ValueError):
        return None
    return {login: str(kept[login]) for login in LOGINS} if isinstance(kept, dict) and all(kept.get(login) for login in LOGINS) else None


def _is_missing(site: Site) -> bool:
    if not site.link.exists() or not any(site.data.iterdir()):
        return True
    version = site.data / "PG_VERSION"
    if not version.exists():
        raise EmbeddedError(f"{site.link} is not a PostgreSQL data folder (it has no PG_VERSION); move it away and start again.")
    if (found := version.read_text().strip()) != VERSION:
        raise EmbeddedError(
            f"{site.link} holds data of PostgreSQL {found}, and Parley brings PostgreSQL {VERSION}. "
            f"Dump it with PostgreSQL {found} if you need it; to begin anew: mv {site.link} {site.link}.{found}"
        )
    return False


def _create(site: Site, passwords: dict[str, str], *, durable: bool) -> None:
    """Everything happens in `<data>.new`; the rename at the end is what makes it exist."""
    draft = site.data.with_name(f"{site.data.name}.new")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    site.give(draft)
    _initdb(site, draft, "--encoding=UTF8", "--locale=C.UTF-8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
    (draft / "pg_hba.conf").write_text(HBA)
    _single_user(site, draft, "postgres", ROLES + _password_statements(passwords))
    _single_user(site, draft, DATABASE, CONTENTS)
    if durable:  # One sync at the end instead of one per step.
        _initdb(site, draft, "--sync-only")
    _put_in_place(site, draft)


def _put_in_place(site: Site, draft: Path) -> None:
    if site.link.is_symlink():
        site.link.unlink()
    if site.data == site.link and site.data.exists():
        site.data.rmdir()  # An empty folder; anything else was refused.
    _set_aside(site.data)
    draft.rename(site.data)
    if site.link != site.data:
        site.link.symlink_to(site.data)
        log.warning("%s leads to %s: the folders above it are closed to the user who runs PostgreSQL for root", site.link, site.data)


def _set_aside(orphan: Path) -> None:
    """Data in the shared folder whose link somebody removed to begin anew; one generation is kept, in case that was a slip."""
    if orphan.exists():
        old = orphan.with_name(f"{orphan.name}.old")
        shutil.rmtree(old, ignore_errors=True)
        orphan.rename(old)


def _initdb(site: Site, folder: Path, *options: str) -> None:
    if "--sync-only" not in options:
        options = (*options, "--no-sync", "--no-instructions", "--auth=reject", "--username=postgres")
    run_to_end(_program(site, "initdb", "-D", str(folder), *options))


def _single_user(site: Site, folder: Path, database: str, statements: str) -> None:
    """Statements end at an empty line (-j). Nobody can connect meanwhile, and a failed statement is not printed: it may hold a password."""
    settings = ("-c", "exit_on_error=on", "-c", "log_min_error_statement=panic", "-c", "log_checkpoints=off")
    run_to_end(_program(site, "postgres", "--single", "-F", "-j", *settings, "-D", str(folder), database), statements)


def _program(site: Site, name: str, *arguments: str) -> Program:
    return Program(
        argv=(str(site.install / "bin" / name), *arguments),
        log=log_file(site),
        account=site.account,
        stop_signals=(signal.SIGKILL,),
    )


def _password_statements(passwords: dict[str, str]) -> str:
    return "".join(f"ALTER ROLE {login} PASSWORD '{passwords[login]}';\n\n" for login in LOGINS)
