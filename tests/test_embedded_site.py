"""Where a cluster lives when root's clone is closed to the user who runs PostgreSQL."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from embedded import PostgresServer, site
from tests.test_embedded import ask, reachable_folder

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="ordinary users run PostgreSQL as themselves")


@pytest.fixture
def folder() -> Iterator[Path]:
    with reachable_folder() as path:
        yield path


def test_below_a_private_folder_the_data_lives_elsewhere(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    folder.chmod(0o700)
    server = PostgresServer(folder / "clone" / "postgres", durable=False)
    server.start()
    assert ask(server.url("parley"), "SELECT 1") == 1
    assert server.data.is_symlink()
    assert server.data.resolve().parent.parent == site.SHARED
    assert folder.stat().st_mode & 0o777 == 0o700
    server.stop()
    server.start()
    elsewhere = server.data.resolve()
    assert [str(elsewhere) in record.getMessage() for record in caplog.records] == [True]
    server.remove()
    assert not elsewhere.exists()


def test_removing_the_link_begins_anew_and_keeps_one_old_generation(folder: Path) -> None:
    folder.chmod(0o700)
    server = PostgresServer(folder / "postgres", durable=False)
    server.start()
    ask(server.url("parley_owner"), "CREATE TABLE old AS SELECT 1")
    server.stop()
    server.data.unlink()
    server.start()
    assert ask(server.url("parley_owner"), "SELECT to_regclass('old')") is None
    assert server.data.resolve().with_name("postgres.old").is_dir()
    server.remove()


def test_a_private_installation_is_copied_for_the_other_user(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    private = folder / "private"
    for name in (site.INSTALL, site.LIBRARIES):
        shutil.copytree(site._packages() / name, private / name, symlinks=True)
    private.chmod(0o700)
    (private / site.INSTALL / "share").chmod(0o700)
    monkeypatch.setattr(site, "SHARED", folder / "shared")
    monkeypatch.setattr(site, "_packages", lambda: private)
    server = PostgresServer(folder / "postgres", durable=False)
    server.start()
    assert ask(server.url("parley_owner"), "SELECT '[1]'::vector::text") == "[1]"
    server.remove()
