"""Dockerfile, docker-compose.yml and .env.example agree with the program and with each other.

``compose-spec.json`` is the Compose specification's own schema (Apache-2.0), from the package
check-jsonschema.
"""

import fnmatch
import json
import re
import tomllib
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]  # the package has no types
import pytest
import yaml

from api.app import PUBLIC
from deploy.settings import Settings

ROOT = Path(__file__).parents[2]
CHECK = "observability-check"
KNOWN = {f"DIPTYCH_{name.upper()}" for name in Settings.model_fields}


@pytest.fixture(scope="module")
def compose_text() -> str:
    return (ROOT / "docker-compose.yml").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def compose(compose_text: str) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(compose_text)
    return loaded


@pytest.fixture(scope="module")
def services(compose: dict[str, Any]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = compose["services"]
    return found


def offered() -> set[str]:
    """Variables of .env.example, those shown as comments too."""
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    return set(re.findall(r"^(?:# )?([A-Z][A-Z0-9_]*)=", text, re.MULTILINE))


def instructions() -> list[tuple[str, str]]:
    """The Dockerfile's instructions with their arguments, continued lines joined."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [(word, rest) for word, _, rest in (line.partition(" ") for line in lines)]


def test_compose_file_follows_the_specification(compose: dict[str, Any]) -> None:
    schema = json.loads(Path(__file__).with_name("compose-spec.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema).validate(compose)


def test_both_databases_and_both_processes_are_there(services: dict[str, dict[str, Any]]) -> None:
    assert services["postgres"]["image"] == "pgvector/pgvector:pg18"
    assert services["neo4j"]["image"] == "neo4j:2026.08-community"
    assert services["api"]["command"] == ["serve"]
    assert services["worker"]["command"] == ["worker"]


def test_each_service_has_a_memory_limit_and_comes_back(
    services: dict[str, dict[str, Any]],
) -> None:
    for name, service in services.items():
        assert re.fullmatch(r"\d+[mg]", service["deploy"]["resources"]["limits"]["memory"]), name
        assert service["restart"] == ("no" if name == CHECK else "unless-stopped"), name


def test_databases_are_checked_and_keep_their_data(
    compose: dict[str, Any], services: dict[str, dict[str, Any]]
) -> None:
    for name in ("postgres", "neo4j"):
        assert services[name]["healthcheck"]["test"], name
    for name, service in services.items():
        for mount in service.get("volumes", []):
            outside, inside, *_ = mount.split(":")
            assert outside in compose["volumes"] or (ROOT / outside).exists(), name
            assert inside.startswith("/"), name
    assert services["api"]["volumes"] == services["worker"]["volumes"]


def test_only_pages_are_published_and_only_on_loopback(
    services: dict[str, dict[str, Any]],
) -> None:
    published = {name: one["ports"] for name, one in services.items() if "ports" in one}
    assert published == {
        "api": ["127.0.0.1:${DIPTYCH_PORT:-8400}:8400"],
        "langfuse-web": ["127.0.0.1:${LANGFUSE_PORT:-3000}:3000"],
        "grafana": ["127.0.0.1:${GRAFANA_PORT:-3001}:3000"],
    }


def test_no_secret_stands_in_the_compose_file(services: dict[str, dict[str, Any]]) -> None:
    for name, service in services.items():
        # Compose asks for a variable even in a profile that is off.
        asked = r"\$\{[A-Z0-9_]+:-\}" if "profiles" in service else r"\$\{[A-Z0-9_]+:\?"
        for key, value in service["environment"].items():
            if re.search(r"PASS|KEY$|AUTH$|SALT|SECRET|POSTGRES_URL|DATABASE_URL", key):
                assert re.search(rf"{asked}|\$\{{POSTGRES_PASSWORD:\?", str(value)), (
                    f"{name}: {key}"
                )


def test_what_compose_asks_for_is_in_the_example(compose_text: str) -> None:
    assert set(re.findall(r"\$\{([A-Z0-9_]+)", compose_text)) <= offered()


def test_every_example_variable_is_a_setting_or_composes_own(compose_text: str) -> None:
    own = {name for name in offered() if not name.startswith("DIPTYCH_")}
    assert offered() - own <= KNOWN
    assert all(f"${{{name}" in compose_text for name in own)


def test_every_setting_is_in_the_example() -> None:
    assert offered() >= KNOWN


def test_compose_sets_only_variables_that_the_program_knows(
    services: dict[str, dict[str, Any]],
) -> None:
    for name in ("api", "worker"):
        assert set(services[name]["environment"]) <= KNOWN, name
        assert "DIPTYCH_LLM_URL" not in services[name]["environment"]  # empty is not absent


def test_image_sets_only_variables_that_the_program_knows() -> None:
    named = {n for _, rest in instructions() for n in re.findall(r"(DIPTYCH_[A-Z_]+)=", rest)}
    assert named
    assert named <= KNOWN


def test_image_is_built_in_stages_from_hashes_and_runs_without_root() -> None:
    lines = instructions()
    bases = [rest for word, rest in lines if word == "FROM"]
    assert [base.split()[0] for base in bases] == ["python:3.11-slim"] * 2
    assert ("RUN", "pip install --require-hashes -r requirements.lock") in lines
    last = lines[max(i for i, (word, _) in enumerate(lines) if word == "FROM") :]
    assert ("USER", "diptych") in last
    assert not [rest for word, rest in last if word == "COPY" and "--from=" not in rest]
    assert ("ENTRYPOINT", '["diptych"]') in last
    assert ("CMD", '["serve"]') in last


def test_image_asks_a_path_for_its_health_that_needs_no_key() -> None:
    check = next(rest for word, rest in instructions() if word == "HEALTHCHECK")
    asked = re.search(r"http://127\.0\.0\.1:(\d+)(/[a-z/]+)", check)
    assert asked
    assert asked[2] in PUBLIC
    assert int(asked[1]) == Settings.model_fields["port"].default


def test_private_files_stay_out_of_the_image_and_packages_get_in() -> None:
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    ignored = [line for line in lines if line and not line.startswith("#")]

    def left_out(path: str) -> bool:
        return any(fnmatch.fnmatch(path, pattern) for pattern in ignored)

    for private in (".env", ".git", ".venv", ".diptych", "tests", "deploy/__pycache__"):
        assert left_out(private), private
    needed = ("pyproject.toml", "requirements.lock", "LICENSE", "NOTICE", "README.md")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    rooms = project["tool"]["setuptools"]["packages"]["find"]["include"]
    for wanted in (*needed, *(room.rstrip("*") for room in rooms)):
        assert not left_out(wanted), wanted
