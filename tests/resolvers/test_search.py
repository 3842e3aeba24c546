"""Search: both legs, filters, thresholds, and the company that asks."""
from demo.evaluate import evaluate, report
from demo.library import add_documents, knowledge_files
from resolvers.knowledge import Knowledge


async def test_eval(acme, tested):
    ctx = acme.ctx()
    ctx.knowledge = Knowledge(tested)
    await add_documents(ctx, knowledge_files())
    print("\n".join(report(await evaluate(ctx))))
    assert 0
