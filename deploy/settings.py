"""Settings: the one place that reads the environment (``DIPTYCH_*``) and ``.env``."""

import os
from pathlib import Path
from typing import Literal

from dotenv import dotenv_values
from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from contracts.errors import SetupFailed

MEGABYTE = 1024 * 1024


class Settings(BaseSettings):
    """Everything that a deployment may choose; every field has a working default."""

    model_config = SettingsConfigDict(env_prefix="DIPTYCH_", env_file=".env", extra="ignore")

    home: Path = Field(Path(".diptych"), description="Where this service keeps its data.")
    cache: Path = Field(
        Path("~/.cache/diptych"), description="Downloaded jars and the built model, per user."
    )
    host: str = Field("127.0.0.1", description="Address that the service listens on.")
    port: int = Field(8400, ge=1, le=65535, description="Port that the service listens on.")

    postgres_url: str | None = Field(None, description="Use this PostgreSQL, not an embedded one.")
    neo4j_url: str | None = Field(None, description="Use this Neo4j, not an embedded one.")
    neo4j_user: str = Field("neo4j", description="User of neo4j_url.")
    neo4j_password: SecretStr = Field(SecretStr(""), description="Password of neo4j_url.")

    llm_url: str | None = Field(
        None, description="OpenAI-compatible endpoint that writes answers; none: extractive."
    )
    llm_model: str = Field("default", description="Model name at llm_url.")
    llm_key: SecretStr | None = Field(None, description="Key for llm_url.")
    llm_price_read: float | None = Field(
        None, ge=0, description="Price of a million tokens that llm_model reads."
    )
    llm_price_written: float | None = Field(
        None, ge=0, description="Price of a million tokens that it writes."
    )
    processor_watts: float = Field(
        8.0, gt=0, description="Power of one busy processor, where no meter tells."
    )

    judge_url: str | None = Field(
        None, description="OpenAI-compatible endpoint that judges answers; none: llm_url."
    )
    judge_model: str | None = Field(None, description="Model name at judge_url; none: llm_model.")
    judge_key: SecretStr | None = Field(None, description="Key for judge_url; none: llm_key.")
    judge_seconds: float = Field(120.0, gt=0, description="Longest wait for one of its answers.")
    judge_calls: int = Field(4, ge=1, le=64, description="Calls to it at a time.")

    embedder_url: str | None = Field(
        None, description="OpenAI-compatible endpoint of another embedding model."
    )
    embedder_model: str = Field("default", description="Model name at embedder_url.")
    embedder_dimension: int | None = Field(
        None, ge=1, description="Length of its vectors; none: asked of the endpoint."
    )
    embedder_key: SecretStr | None = Field(None, description="Key for embedder_url.")
    embedder_query: str = Field("", description="Put before a question, if the model wants it.")
    embedder_passage: str = Field("", description="Put before a passage, likewise.")
    grace_hours: float = Field(
        7 * 24.0, ge=0, description="How long a generation that was left can be gone back to."
    )

    langfuse_url: str | None = Field(
        None, description="Langfuse server that traces and runs are mirrored to; none: not."
    )
    langfuse_public_key: str = Field("", description="Public key of a project at langfuse_url.")
    langfuse_secret_key: SecretStr | None = Field(None, description="Its secret key.")
    langfuse_texts: Literal["full", "masked", "none"] = Field(
        "masked", description="What of questions and answers is mirrored; masked: no personal data."
    )
    mlflow_url: str | None = Field(
        None, description="MLflow server that runs are mirrored to, or sqlite: a file below home."
    )

    workers: int = Field(1, ge=0, le=64, description="Worker processes that serve starts.")
    concurrency: int = Field(2, ge=1, le=64, description="Jobs that one worker runs at a time.")
    readers: int = Field(2, ge=1, le=64, description="Reading processes per worker.")
    threads: int | None = Field(None, ge=1, description="Threads of the embedder; none: all cores.")
    max_upload_mb: int = Field(256, ge=1, description="Megabytes of one upload.")
    min_free_mb: int = Field(
        1024, ge=0, description="Megabytes of disk kept free: uploads then wait (429)."
    )
    max_waiting: int = Field(
        200_000, ge=1, description="Documents that may be waiting before uploads wait too."
    )
    max_crashes: int = Field(
        3, ge=1, description="Times that a document may end a worker before it is quarantined."
    )
    trace_days: int = Field(
        90, ge=0, le=36_500, description="Days that traces are kept; 0 keeps none."
    )
    trash_days: int = Field(
        30, ge=0, le=3650, description="Days that deleted documents can come back; 0 keeps none."
    )
    intake_root: Path | None = Field(
        None, description="Folders below it may be added by API and page; none: by command only."
    )
    log_format: Literal["text", "json"] = Field("text", description="How logs are written.")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="Least severe log entries to write."
    )

    @property
    def max_upload_bytes(self) -> int:
        """Limit of one upload in bytes."""
        return self.max_upload_mb * MEGABYTE

    @property
    def grace_seconds(self) -> float:
        """How long a generation that was left is kept."""
        return self.grace_hours * 3600

    @property
    def address(self) -> str:
        """Where a browser on this machine finds the service."""
        host = "127.0.0.1" if self.host in {"0.0.0.0", "::"} else self.host
        return f"http://{host}:{self.port}"


def place_variable(place: str, what: str) -> str:
    """Give the name of the variable that holds a secret of a place."""
    return f"DIPTYCH_INTAKE_{place.upper().replace('-', '_')}_{what}"


def place_secret(place: str, what: str) -> SecretStr | None:
    """Read a secret of a place, each time anew: its name is not known beforehand."""
    name = place_variable(place, what)
    found = os.environ.get(name) or dotenv_values(".env").get(name)
    return SecretStr(found) if found else None


def load() -> Settings:
    """Read the settings. Raises SetupFailed naming each variable that is wrong."""
    try:
        settings = Settings()
    except ValidationError as error:
        wrong = "; ".join(
            f"DIPTYCH_{'_'.join(map(str, e['loc'])).upper()}: {e['msg']}" for e in error.errors()
        )
        raise SetupFailed(
            f"The settings are wrong: {wrong}.", "Mend the environment or .env, then try again."
        ) from error
    return settings.model_copy(
        update={
            "home": settings.home.expanduser().resolve(),
            "cache": settings.cache.expanduser().resolve(),
        }
    )
