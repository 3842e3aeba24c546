"""The README is true: every setting with its default, every command that it names."""

import re
import subprocess
from pathlib import Path

from cli import app
from settings import Settings, known_names

README = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
ROWS = dict(re.findall(r"^\| `(\w+)` \| `?([^|`]*)`? \|", README, re.MULTILINE))


def shown(default: object) -> str:
    if default is None or default == ():
        return ""
    return str(default).lower() if isinstance(default, bool) else str(default)


def test_every_setting_stands_in_the_table_with_its_default() -> None:
    defaults = {name: shown(field.default) for name, field in zip(known_names(), Settings.model_fields.values(), strict=True)}
    assert {name: default.strip() for name, default in ROWS.items()} == defaults


def test_every_command_that_it_names_exists() -> None:
    known = {command.callback.__name__ for command in app.registered_commands if command.callback}
    assert set(re.findall(r"`(?:\.venv/bin/)?parley (\w+)", README)) <= known


def test_the_decisions_are_held_by_tests_that_exist() -> None:
    decisions = Path(__file__).parents[2] / "docs" / "decisions"
    named = {name for page in decisions.glob("0*.md") for name in re.findall(r"`(tests/[\w/.]+)`", page.read_text("utf-8"))}
    assert named
    assert [name for name in sorted(named) if not (decisions.parents[1] / name).exists()] == []


def test_the_tree_names_every_folder_and_module() -> None:
    (tree,) = re.findall(r"## The tree\n+```\n(.*?)```", README, re.DOTALL)
    root = Path(__file__).parents[2]
    listed = {path.split("/")[0] + "/" if "/" in path else path for path in tracked(root) if "/" in path or path.endswith(".py")}
    assert sorted(name for name in listed if not name.startswith(".") and not re.search(rf"(^|\s){re.escape(name)}", tree)) == []


def test_its_links_lead_somewhere() -> None:
    root = Path(__file__).parents[2]
    links = re.findall(r"\]\(([^)#:]+)\)", README)
    assert len(links) > 5
    assert [link for link in links if not (root / link).exists()] == []


def tracked(root: Path) -> list[str]:
    """What git keeps; without git, what is there."""
    found = subprocess.run(["git", "ls-files"], cwd=root, capture_output=True, text=True, check=False)
    return found.stdout.split("\n")[:-1] or [f"{path.parent.name}/{path.name}" for path in root.glob("*/__init__.py")]
