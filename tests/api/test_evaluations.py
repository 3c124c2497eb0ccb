"""The routes of evaluations, over runs that are kept in memory."""

import httpx
import pytest

from contracts.nouns import ReadMode
from contracts.policy import Change
from contracts.tuning import Configuration
from tests.api.kept_runs import ALONE, HOSTILE, NEW, OLD, begin, keep
from tests.api.stand import Stand
from tests.eval.measured import BEGUN, result


@pytest.fixture
async def measured(stand: Stand) -> Stand:
    """Two finished runs, the first of them the champion."""
    await keep(stand, OLD, 0.5)
    await keep(stand, NEW, 0.25, mode=ReadMode.GRAPH)
    await stand.catalog.runs.name("champion", OLD, Change("root"))
    return stand


@pytest.mark.usefixtures("measured")
async def test_runs_are_listed_newest_first_in_pages(client: httpx.AsyncClient) -> None:
    first = (await client.get("/v1/evaluations?limit=1")).json()
    assert [run["id"] for run in first["runs"]] == [str(NEW)]
    assert first["runs"][0]["value"] == pytest.approx(0.4375)
    assert (first["metric"], first["runs"][0]["mode"]) == ("ndcg@10", "graph")
    assert first["runs"][0]["settings"] == {}
    second = (await client.get(f"/v1/evaluations?limit=1&cursor={first['cursor']}")).json()
    assert [run["id"] for run in second["runs"]] == [str(OLD)]
    assert (second["runs"][0]["complete"], second["cursor"]) == (True, None)
    other = (await client.get("/v1/evaluations?metric=bleu")).json()
    assert [run["value"] for run in other["runs"]] == [None, None]


async def test_a_list_says_what_is_not_as_by_default(
    stand: Stand, client: httpx.AsyncClient
) -> None:
    settings = Configuration(ReadMode.GRAPH).changed({"fusion.lexical": 0.0}).settings()
    await keep(stand, NEW, 0.5, mode=ReadMode.GRAPH, configuration={"settings": settings})
    (run,) = (await client.get("/v1/evaluations")).json()["runs"]
    assert run["settings"] == {"fusion.lexical": 0.0}


@pytest.mark.usefixtures("measured")
async def test_a_run_is_told_in_whole_by_its_name(client: httpx.AsyncClient) -> None:
    run = (await client.get("/v1/evaluations/champion")).json()
    assert run["id"] == str(OLD)
    assert run["pins"]["generation"]["model"] == "e5"
    assert run["load"] == {"cpu_percent_mean": 50.0}
    means = {mean["metric"]: mean for mean in run["means"]}
    assert means["ndcg@10"]["value"] == pytest.approx(0.625)
    assert means["ndcg@10"]["low"] < 0.625 < means["ndcg@10"]["high"]
    assert run["took_ms"]["total"]["p50"] == 10
    assert run["failed"] == 0


@pytest.mark.usefixtures("measured")
async def test_results_come_in_pages(client: httpx.AsyncClient) -> None:
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = (await client.get(f"/v1/evaluations/{OLD}/results?limit=15{cursor}")).json()
        seen += [one["question"] for one in page["results"]]
        cursor = page["cursor"] and f"&cursor={page['cursor']}"
    assert seen == sorted(str(n) for n in range(40))


@pytest.mark.usefixtures("measured")
async def test_two_runs_are_compared(client: httpx.AsyncClient) -> None:
    answer = await client.get(f"/v1/evaluations/compare?run=champion&run={NEW}")
    (pair,) = answer.json()["comparisons"]
    assert pair["lines"][0]["verdict"] == "worse"
    assert pair["lines"][0]["effect"]["mean"] == pytest.approx(-0.1875)
    assert pair["sentence"].startswith("graph 2026-01-03 00:00 (00000002) is worse than champion")
    assert pair["changed_count"] == 30


async def test_an_interval_without_ends_is_null(stand: Stand, client: httpx.AsyncClient) -> None:
    for run in (OLD, NEW):
        await begin(stand, run, [result("1", "d", ndcg_at_10=1.0), result("2", "d", ndcg_at_10=0)])
        await stand.catalog.runs.end(run, {}, BEGUN)
    pair = (await client.get(f"/v1/evaluations/compare?run={OLD}&run={NEW}")).json()
    assert pair["comparisons"][0]["lines"][0]["effect"]["low"] is None
    assert (await client.get(f"/v1/evaluations/{OLD}")).json()["means"][0]["high"] is None


@pytest.mark.usefixtures("measured")
async def test_the_report_is_one_page_that_may_ask_nothing(client: httpx.AsyncClient) -> None:
    answer = await client.get(f"/v1/evaluations/report?run=champion&run={NEW}")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert "is worse than champion" in answer.text
    assert HOSTILE not in answer.text


async def test_what_cannot_be_told_is_a_problem(measured: Stand, client: httpx.AsyncClient) -> None:
    await begin(measured, ALONE, [])
    for path, status, code in (
        ("nobody", 404, "not_found"),
        ("nobody/results", 404, "not_found"),
        ("compare?run=champion", 422, "invalid_input"),
        (f"compare?run={OLD}&run={OLD}", 422, "invalid_input"),
        ("compare?run=champion&run=nobody", 404, "not_found"),
        (f"compare?run=champion&run={ALONE}", 409, "conflict"),
        (f"compare?run=champion&run={NEW}&metric=bleu", 422, "invalid_input"),
        ("report", 422, "invalid_input"),
        (f"report?{'run=champion&' * 7}", 422, "invalid_input"),
        ("champion/results?limit=0", 422, "invalid_input"),
        ("%00", 422, "invalid_input"),
    ):
        answer = await client.get(f"/v1/evaluations/{path}")
        assert (answer.status_code, answer.json()["code"]) == (status, code), path
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["remedy"]
