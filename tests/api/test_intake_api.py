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


async def test_a_place_is_added_looked_at_and_removed(stand: Stand) -> None:
    (stand.shares / "scans").mkdir()
    (stand.shares / "scans" / "a.txt").write_text("The lease.")
    body = {"kind": "folder", "address": str(stand.shares / "scans"), "settle_s": 1}
    async with stand.client("root") as client:
        added = await client.post("/v1/intake", json=body)
        assert (added.status_code, added.json()["name"]) == (201, "scans")
        assert (added.json()["options"], added.json()["last"]) == ({"settle_s": 1.0}, None)
        assert (await client.post("/v1/intake", json=body)).status_code == 200
        taken = await client.post("/v1/intake", json=body | {"mirror": True})
        assert (taken.status_code, taken.json()["code"]) == (409, "conflict")
        looked = await client.post("/v1/intake/scans/look")
        assert (looked.status_code, looked.json()["next_in_s"]) == (202, 0)
        assert (await client.delete("/v1/intake/scans")).status_code == 204
        assert (await client.get("/v1/intake")).json() == {"places": []}
        for gone in (client.delete("/v1/intake/scans"), client.post("/v1/intake/scans/look")):
            assert (await gone).status_code == 404


async def test_whoever_is_not_on_the_machine_names_no_folder_outside_of_the_root(
    stand: Stand,
) -> None:
    inside = stand.shares / "in"
    inside.mkdir()
    (stand.shares / "out").symlink_to(stand.shares.parent)
    folder, bucket = {"kind": "folder"}, {"kind": "bucket", "address": "s3://b"}
    async with stand.client("root") as client:
        for body in (
            folder | {"address": "/etc"},
            folder | {"address": f"{stand.shares}/../.."},
            folder | {"address": str(stand.shares / "out")},
            folder | {"address": str(inside), "move_to": "/tmp/taken"},  # noqa: S108 - refused
            bucket | {"ca": "/etc/shadow"},
        ):
            answer = await client.post("/v1/intake", json=body)
            assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input"), body
            assert "DIPTYCH_INTAKE_ROOT" in answer.json()["detail"]
        assert (await client.get("/v1/intake")).json() == {"places": []}


async def test_what_cannot_be_opened_is_said_and_nothing_is_kept(stand: Stand) -> None:
    (stand.shares / "scans").mkdir()
    missing = {"kind": "folder", "address": str(stand.shares / "none")}
    mail = {"kind": "mailbox", "address": "imaps://ada@127.0.0.1/INBOX"}
    async with stand.client("root") as client:
        for body, said in (
            (missing, "none"),
            (mail, "no password for the mailbox 'ada-inbox'"),
            (mail | {"address": "imaps://ada:secret@host/"}, "holds a password"),
            (mail | {"settle_s": 5}, "has no --settle"),
        ):
            answer = await client.post("/v1/intake", json=body)
            assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input"), body
            assert said in answer.json()["detail"]
            assert "secret" not in answer.text
        for wrong in ({"kind": "ftp"}, {"password": "p"}, {"every_s": 0}):
            assert (await client.post("/v1/intake", json=missing | wrong)).status_code == 422
        assert (await client.get("/v1/intake")).json() == {"places": []}


async def test_an_admin_of_one_workspace_hastens_its_places_only(stand: Stand) -> None:
    await stand.catalog.places.add(replace(SCANS, name="theirs", workspace="other"))
    await stand.catalog.places.add(SCANS)
    async with stand.client("admin") as client:
        assert (await client.post("/v1/intake/scans/look")).status_code == 202
        assert (await client.post("/v1/intake/theirs/look")).status_code == 404
        assert (await client.delete("/v1/intake/scans")).status_code == 403
