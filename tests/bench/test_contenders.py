"""How the contenders are started."""

from dataclasses import replace
from pathlib import Path

from bench.compete import complaints
from bench.contenders import CEILING, PARLEY, TRIVIAL, USUAL, Contender
from bench.postgraphile import DOCUMENT
from bench.servers import Servers
from bench.work import LIST_OF_CONVERSATIONS
from settings import known_names

SERVERS = Servers(Path(), "postgresql://app", "", "postgresql://super", "redis://", 0, 0)


def test_parley_runs_with_its_limits_on_but_out_of_reach() -> None:
    given = PARLEY.environment(SERVERS, "secret", 1)
    assert {name: given[name] for name in given if "LIMIT" in name} == {
        "PARLEY_LIMIT_USER": "100000000/hour",
        "PARLEY_LIMIT_COST": "1000000000000/hour",
    }
    assert set(given) <= set(known_names())


def test_the_ceiling_alone_knows_its_questions_by_name() -> None:
    assert {kind.name: kind.document for kind in (CEILING, PARLEY, USUAL)} == {
        "ceiling": None,
        "parley": LIST_OF_CONVERSATIONS,
        "usual": LIST_OF_CONVERSATIONS,
    }
    assert DOCUMENT != LIST_OF_CONVERSATIONS


def test_what_a_contender_logs_as_wrong_is_counted(tmp_path: Path) -> None:
    contender = Contender(TRIVIAL, replace(SERVERS, folder=tmp_path), "")
    away, fine = '{"event":"Redis is away","level":"warning"}', '{"event":"request","level":"info"}'
    contender.log.write_text("\n".join([fine, away, "INFO: started", '{"event":"slow","level":"debug"}', away]))
    assert complaints([contender]) == ["trivial logged 2 times: Redis is away"]
