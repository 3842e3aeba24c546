"""The browser pages: what the server fills in, which policy they carry, and the fallback without a build."""

import base64
import gzip
import hashlib
import json
import os
import re
import shutil
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Mount
from starlette.testclient import TestClient

from schema.graphiql.pages import HERE, assets_app, docs_page, escaped_json, graphiql_page
from schema.graphiql.samples import lookup, samples, welcome_query

BUNDLED_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self'; worker-src 'self'; "
    "img-src 'self' data:; font-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'none'"
)
CONFIG = re.compile(r'<script id="parley-config" type="application/json">(.*?)</script>', re.DOTALL)


@pytest.fixture
def unbuilt(tmp_path: Path) -> Path:
    """The folder as it is in a fresh clone: no `dist`."""
    for name in ("cdn", "src"):
        shutil.copytree(HERE / name, tmp_path / name)
    return tmp_path


@pytest.fixture
def built(unbuilt: Path) -> Path:
    """The folder after a build, as small as the pages allow."""
    assets = unbuilt / "dist" / "assets"
    assets.mkdir(parents=True)
    (assets / "index-Ab_3-xYz.js").write_text("start()")
    for name in ("index.html", "docs.html"):
        (unbuilt / "dist" / name).write_text((HERE / name).read_text("utf-8"), "utf-8")
    return unbuilt


def text_of(response: Response) -> str:
    return bytes(response.body).decode()


def config_of(response: Response) -> str:
    found = CONFIG.search(text_of(response))
    assert found
    return found[1]


def test_a_token_cannot_leave_the_script_element_it_is_written_into(built: Path) -> None:
    token = "</script><script>alert(1)</script>&\u2028\u2029"
    config = config_of(graphiql_page({"owner": token}, built))
    assert not set(config) & set("<>&\u2028\u2029")
    assert json.loads(config)["tokens"] == {"owner": token}


def test_escaping_keeps_the_value() -> None:
    assert escaped_json({"a": "<&>"}) == '{"a": "\\u003c\\u0026\\u003e"}'


def test_the_page_is_told_the_endpoint_the_roles_in_order_and_the_samples(built: Path) -> None:
    config = json.loads(config_of(graphiql_page({"owner": "o", "admin": "a", "user": "u"}, built)))
    known = {"endpoint": "/graphql", "tokens": {"owner": "o", "admin": "a", "user": "u"}}
    assert config == known | {"query": welcome_query(), "samples": samples(), "lookup": lookup()}
    assert list(config["tokens"]) == ["owner", "admin", "user"]
    assert list(config["samples"]) == ["owner", "admin", "user", "everyone"]


def test_without_demo_tokens_the_page_holds_none(built: Path) -> None:
    graphiql_page({"owner": "secret"}, built)
    assert json.loads(config_of(graphiql_page({}, built)))["tokens"] == {}


def test_bundled_pages_carry_the_strict_policy(built: Path) -> None:
    for page in (graphiql_page({}, built), docs_page(built)):
        assert page.headers["content-security-policy"] == BUNDLED_POLICY
        assert page.headers["x-content-type-options"] == "nosniff"
        assert page.headers["referrer-policy"] == "no-referrer"
        assert page.headers["cache-control"] == "no-store"
        assert page.media_type == "text/html"


def test_without_a_build_graphiql_comes_from_one_cdn(unbuilt: Path) -> None:
    page = graphiql_page({"owner": "o"}, unbuilt)
    (import_map,) = re.findall(r'<script type="importmap">(.*?)</script>', text_of(page), re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(import_map.encode()).digest()).decode()
    assert f"script-src 'self' https://esm.sh 'sha256-{digest}'; " in page.headers["content-security-policy"]
    assert "worker-src 'self' blob: https://esm.sh; " in page.headers["content-security-policy"]
    assert set(re.findall(r"https://[^/\"]+", text_of(page))) == {"https://esm.sh"}
    assert json.loads(config_of(page))["tokens"] == {"owner": "o"}


def test_the_cdn_page_finds_every_library_that_its_sources_import(unbuilt: Path) -> None:
    """The sources that `cdn.js` reaches, and what they import by name."""
    found, names = ["cdn.js"], set()
    for file in found:
        imported = re.findall(r"^import (?:.* from )?'([^']+)';$", (unbuilt / "src" / file).read_text("utf-8"), re.MULTILINE)
        found += [name.removeprefix("./") for name in imported if name.startswith("./") and name.removeprefix("./") not in found]
        names |= {name for name in imported if not name.startswith("./")}
    (import_map,) = re.findall(r'<script type="importmap">(.*?)</script>', text_of(graphiql_page({}, unbuilt)), re.DOTALL)
    known = json.loads(import_map)["imports"]
    assert len(found) > 10
    assert {name for name in names if name not in known and f"{name.partition('/')[0]}/" not in known} == set()


def test_without_a_build_the_docs_come_from_one_cdn_and_are_checked(unbuilt: Path) -> None:
    page = docs_page(unbuilt)
    assert "script-src 'self' https://unpkg.com; " in page.headers["content-security-policy"]
    assert set(re.findall(r"https://[^/\"]+", text_of(page))) == {"https://unpkg.com"}
    assert text_of(page).count('integrity="sha384-') == 2


def test_a_build_while_the_server_runs_is_shown_at_once(built: Path) -> None:
    page = built / "dist" / "index.html"
    assert "<title>Parley" in text_of(graphiql_page({}, built))
    page.write_text(page.read_text("utf-8").replace("<title>Parley", "<title>Palaver"), "utf-8")
    os.utime(page, (0, 0))
    assert "<title>Palaver" in text_of(graphiql_page({}, built))


@pytest.mark.parametrize("name", sorted(path.name for path in (HERE / "src").iterdir()))
def test_without_a_build_the_assets_are_the_sources(unbuilt: Path, name: str) -> None:
    answer = TestClient(assets_app(unbuilt)).get(f"/{name}")
    assert answer.status_code == 200
    assert answer.content == (HERE / "src" / name).read_bytes()
    assert answer.headers["cache-control"] == "no-cache"


def test_assets_with_a_hash_in_their_name_never_expire(built: Path) -> None:
    answer = TestClient(assets_app(built)).get("/index-Ab_3-xYz.js")
    assert answer.text == "start()"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip, deflate, br", "gzip"),
        ("GZIP;q=0.5", "gzip"),
        ("gzip;q=0", None),
        ("gzip; q=0.00, br", None),
        ("br", None),
        ("identity", None),
    ],
)
def test_assets_are_sent_packed_to_whom_it_suits(built: Path, accepted: str, encoding: str | None) -> None:
    packed = built / "dist" / "assets" / "index-Ab_3-xYz.js.gz"
    packed.write_bytes(gzip.compress(b"start()"))
    answer = TestClient(assets_app(built)).get("/index-Ab_3-xYz.js", headers={"Accept-Encoding": accepted})
    assert answer.headers.get("content-encoding") == encoding
    assert int(answer.headers["content-length"]) == (packed.stat().st_size if encoding else len("start()"))
    assert answer.text == "start()"
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["vary"] == "Accept-Encoding"


def test_assets_do_not_reach_outside_their_folder(built: Path) -> None:
    client = TestClient(Starlette(routes=[Mount("/graphiql/assets", assets_app(built))]))
    assert client.get("/graphiql/assets/index-Ab_3-xYz.js").status_code == 200
    for path in ("%2e%2e/index.html", "..%2findex.html", "missing.js", ""):
        assert client.get(f"/graphiql/assets/{path}").status_code == 404


def test_the_lock_file_names_no_download_address() -> None:
    lock = (HERE / "package-lock.json").read_text("utf-8")
    assert '"resolved"' not in lock
    assert "://registry." not in lock
    packages = json.loads(lock)["packages"]
    assert [name for name, package in packages.items() if name and "integrity" not in package and not package.get("inBundle")] == []


def test_install_scripts_are_off() -> None:
    assert "ignore-scripts=true" in (HERE / ".npmrc").read_text("utf-8").splitlines()
    assert "--ignore-scripts" in (HERE / "build.sh").read_text("utf-8")
