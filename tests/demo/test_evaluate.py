"""The evaluation set: its questions are answerable, and search answers them."""

from dataclasses import replace

from app import Parley
from demo.evaluate import AT, evaluate, plain, questions, recall, report
from demo.library import KNOWLEDGE, add_documents, knowledge_files
from tests.tenant import Tenant


def test_each_question_has_its_answer_in_one_document_and_not_its_words() -> None:
    asked = questions()
    assert (len(asked), len(knowledge_files())) == (30, 12)
    for each in asked:
        assert plain((KNOWLEDGE / each.document).read_text()).count(plain(each.passage)) == 1, each.question
    assert len({each.question for each in asked}) == 30


async def test_hybrid_finds_nine_of_ten_and_no_leg_alone_finds_more(acme: Tenant, app: Parley) -> None:
    ctx = replace(acme.ctx(), knowledge=app.services.knowledge)
    await add_documents(ctx, knowledge_files())
    asked = await evaluate(ctx)
    found = {leg: recall(asked, leg) for leg in ("hybrid", "vector", "text")}
    assert found["hybrid"] >= 0.9, "\n".join(report(asked))
    assert found["hybrid"] >= max(found["vector"], found["text"]), "\n".join(report(asked))
    assert AT == 5
