"""What administrators see of the places that documents come from."""

from dataclasses import replace

from contracts.intake import Missed, Place, PlaceKind, Report
from tests.api.stand import Stand

SCANS = Place("scans", PlaceKind.FOLDER, "/srv/scans", options={"settle_s": 5.0})
REPORT = Report(new=2, failed=1, failures=(Missed("file:/srv/scans/a", "Too large."),))


async def test_places_are_listed_with_how_the_last_look_ended(stand: Stand) -> None:
    places = stand.catalog.places
    await places.add(SCANS)
    await places.add(replace(SCANS, name="new"))
    await places.ended("scans", REPORT, took_s=1.5, next_s=60)
    async with stand.client("root") as client:
        new, scans = (await client.get("/v1/intake")).json()["places"]
    assert (new["name"], new["last"], new["looked"]) == ("new", None, None)
    assert (scans["kind"], scans["address"], scans["took_s"]) == ("folder", "/srv/scans", 1.5)
    assert (scans["last"]["new"], scans["last"]["failed"]) == (2, 1)
    assert scans["last"]["failures"][0]["reason"] == "Too large."


async def test_an_admin_of_one_workspace_sees_its_places(stand: Stand) -> None:
    await stand.catalog.people.add_workspace("other")
    await stand.catalog.places.add(replace(SCANS, name="theirs", workspace="other"))
    await stand.catalog.places.add(SCANS)
    async with stand.client("admin") as client:
        listed = (await client.get("/v1/intake")).json()["places"]
    assert [place["name"] for place in listed] == ["scans"]
