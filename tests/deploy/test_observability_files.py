"""The profile ``observability``: its files agree with compose, the service and each other."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import yaml

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "deploy" / "observability"
YAML = [
    ROOT / "docker-compose.yml",
    *sorted((ROOT / "deploy" / "alerts").glob("*.yml")),
    *sorted(FOLDER.rglob("*.yml")),
]
PARTS = {
    "langfuse-web",
    "langfuse-worker",
    "langfuse-postgres",
    "clickhouse",
    "valkey",
    "minio",
    "prometheus",
    "node-exporter",
    "postgres-exporter",
    "grafana",
}
FOREIGN = ("node_", "pg_")
"""What the exporters beside the service give."""


class Strict(yaml.SafeLoader):
    """Refuses a key that stands twice in one mapping, of which YAML would keep the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002 - the library's
        keys = [key.value for key, _ in node.value if key.tag != "tag:yaml.org,2002:merge"]
        twice = {key for key in keys if keys.count(key) > 1}
        assert not twice, f"{twice} twice, line {node.start_mark.line + 1}"
        return super().construct_mapping(node, deep)


def strictly(path: Path) -> Any:
    return yaml.load(path.read_text(encoding="utf-8"), Strict)  # noqa: S506 - a safe loader


@pytest.fixture(scope="module")
def services() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = strictly(ROOT / "docker-compose.yml")["services"]
    return found


def dashboard() -> dict[str, Any]:
    text = (FOLDER / "grafana" / "dashboards" / "diptych.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


def asked(panel: dict[str, Any]) -> set[str]:
    text = " ".join(target["expr"] for target in panel["targets"])
    return set(re.findall(r"\b(?:diptych|node|pg)_[a-z_A-Z]+", text))


PICTURES = [panel for panel in dashboard()["panels"] if panel["type"] != "row"]


@pytest.mark.parametrize("path", YAML, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_key_stands_twice(path: Path) -> None:
    assert strictly(path)


def test_the_profile_is_whole_and_off_by_default(services: dict[str, dict[str, Any]]) -> None:
    mine = {name for name, one in services.items() if one.get("profiles") == ["observability"]}
    assert mine == PARTS | {"observability-check"}
    needed = {
        name
        for one in services.values()
        if "profiles" not in one
        for name in one.get("depends_on", {})
    }
    assert not needed & mine  # the service waits for no mirror


def test_each_image_names_its_version(services: dict[str, dict[str, Any]]) -> None:
    for name, service in services.items():
        if "build" not in service:
            tag = service["image"].rpartition(":")[2]
            assert re.search(r"\d", tag), name


def test_langfuse_is_new_enough_and_of_one_version(services: dict[str, dict[str, Any]]) -> None:
    tags = [
        services[name]["image"].partition(":")[2] for name in ("langfuse-web", "langfuse-worker")
    ]
    assert len(set(tags)) == 1
    assert tuple(map(int, tags[0].split("."))) >= (4, 59, 0)


def test_everything_waits_for_the_check_of_the_secrets(services: dict[str, dict[str, Any]]) -> None:
    for name in PARTS:
        assert services[name]["depends_on"]["observability-check"] == {
            "condition": "service_completed_successfully"
        }, name


def test_the_check_asks_for_every_secret_of_the_profile(
    services: dict[str, dict[str, Any]],
) -> None:
    check = services["observability-check"]
    named = set(check["command"][2:])
    assert named == set(check["environment"])
    used = set(re.findall(r"\$\{([A-Z0-9_]+):-\}", str([services[name] for name in PARTS])))
    assert used | {"PROMETHEUS_KEY"} == named


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, ""),
        ({"LANGFUSE_SALT": ""}, "Set LANGFUSE_SALT in .env"),
        ({"LANGFUSE_ENCRYPTION_KEY": "abc"}, "64 hexadecimal digits"),
        ({"LANGFUSE_ENCRYPTION_KEY": "x" * 64}, "64 hexadecimal digits"),
    ],
)
def test_the_check_says_what_is_missing(
    services: dict[str, dict[str, Any]], changes: dict[str, str], said: str
) -> None:
    names = services["observability-check"]["command"][2:]
    environment = dict.fromkeys(names, "a" * 64) | {"PATH": "/usr/bin:/bin"} | changes
    shell = shutil.which("sh") or "sh"
    done = subprocess.run(  # noqa: S603 - the file that compose runs
        [shell, str(FOLDER / "check.sh"), *names],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode == 0) == (not said)
    assert said in done.stderr


def test_clickhouse_keeps_no_log_for_ever_and_stays_within_its_memory(
    services: dict[str, dict[str, Any]],
) -> None:
    config = ET.parse(FOLDER / "clickhouse" / "config.xml").getroot()  # noqa: S314 - ours
    logs = [one for one in config if one.tag.endswith("_log")]
    assert {"query_log", "trace_log", "text_log", "metric_log"} <= {one.tag for one in logs}
    for log in logs:
        ttl = log.findtext("ttl")
        assert log.get("remove") == "1" or (ttl and "DELETE" in ttl), log.tag
    limit = int(config.findtext("max_server_memory_usage") or 0)
    container = services["clickhouse"]["deploy"]["resources"]["limits"]["memory"]
    assert 0 < limit < int(container.removesuffix("g")) * 1024**3
    mounted = [one.split(":")[1] for one in services["clickhouse"]["volumes"]]
    assert "/etc/clickhouse-server/config.d/diptych.xml" in mounted


def test_prometheus_reads_services_that_there_are_with_a_key(
    services: dict[str, dict[str, Any]],
) -> None:
    config = strictly(FOLDER / "prometheus" / "prometheus.yml")
    for job in config["scrape_configs"]:
        for target in (one for some in job["static_configs"] for one in some["targets"]):
            assert target.partition(":")[0] in services
    (mine,) = (job for job in config["scrape_configs"] if job["job_name"] == "diptych")
    assert mine["static_configs"][0]["targets"] == ["api:8400"]
    assert mine["authorization"]["credentials_file"] == "/run/secrets/prometheus_key"
    assert services["prometheus"]["secrets"] == ["prometheus_key"]


@pytest.mark.parametrize("panel", PICTURES, ids=lambda panel: str(panel["title"]))
def test_a_picture_asks_for_metrics_that_exist(panel: dict[str, Any], offered: set[str]) -> None:
    names = asked(panel)
    assert names
    assert {name for name in names if not name.startswith(FOREIGN)} <= offered
    assert all(one["datasource"]["uid"] == "prometheus" for one in (panel, *panel["targets"]))


def test_the_dashboard_shows_every_metric_of_the_service(offered: set[str]) -> None:
    shown = {name for panel in PICTURES for name in asked(panel)}
    assert {name for name in offered if name.startswith("diptych_")} <= {
        *shown,
        *(name.replace("_sum", "_bucket") for name in shown),
        *(name.replace("_bucket", end) for name in shown for end in ("_sum", "_count")),
    }


def test_grafana_is_provisioned_with_what_is_mounted(services: dict[str, dict[str, Any]]) -> None:
    provisioning = FOLDER / "grafana" / "provisioning"
    (source,) = strictly(provisioning / "datasources" / "prometheus.yml")["datasources"]
    assert (source["uid"], source["url"]) == ("prometheus", "http://prometheus:9090")
    (provider,) = strictly(provisioning / "dashboards" / "diptych.yml")["providers"]
    mounts = dict(one.split(":")[:2] for one in services["grafana"]["volumes"])
    assert mounts["./deploy/observability/grafana/dashboards"] == provider["options"]["path"]
    assert mounts["./deploy/observability/grafana/provisioning"] == "/etc/grafana/provisioning"
    ids = [panel["id"] for panel in dashboard()["panels"]]
    assert len(set(ids)) == len(ids)
