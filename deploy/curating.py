"""Suites, put together: where one is read from, and the use cases that curate those kept here."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import reduce
from pathlib import Path

from api.curation import Curation
from contracts.curating import Suites
from contracts.errors import InvalidInput, NotFound, SetupFailed
from deploy.wiring import Diptych
from eval.collecting import Collect
from eval.curating import Curate
from eval.distracting import distract
from eval.generating import Corpus, Generate
from eval.importing import load_suite
from eval.suites import Loaded
from inference.sentences import SentencexSplitter

_KEPT = re.compile(r"([a-z0-9][a-z0-9_-]{0,62})(?:@([1-9][0-9]{0,8}))?")
"""What a suite that is kept is called: its name, maybe with a version. A path wins."""


def suite_file(path: Path, distractors: Sequence[Path] = ()) -> Loaded | None:
    """Read the suite at a path; None when this is the name of one that is kept here.

    Puts distractors beside its own documents. Raises InvalidInput.
    """
    if not path.exists() and _KEPT.fullmatch(str(path)):
        if distractors:
            raise InvalidInput(
                "The documents of a suite that is kept are what its workspace holds.",
                "Name the folder or file that it came from, with --distractors.",
            )
        return None
    return reduce(distract, distractors, load_suite(path))


async def load_suite_from(suites: Suites, path: Path, read: Loaded | None = None) -> Loaded:
    """Give what ``suite_file`` read, or the suite of that name. Raises NotFound, InvalidInput."""
    found = read or suite_file(path)
    if found is not None:
        return found
    name, _, number = str(path).partition("@")
    try:
        record = await suites.get(name)
    except NotFound as error:
        raise NotFound(
            f"There is neither a file nor a suite '{name}'.",
            "Check the path, or list the suites: diptych suites list.",
        ) from error
    suite = await suites.version(name, int(number) if number else None)
    return Loaded(suite, workspace=record.workspace)


def source_of(path: Path, loaded: Loaded) -> str:
    """Say where a suite was read from, so that it can be read again: a version never changes."""
    return str(path.resolve()) if path.exists() else loaded.suite.name


def _now() -> datetime:
    return datetime.now(UTC)


def curate(diptych: Diptych) -> Curate:
    """Give the use case by which people decide."""
    return Curate(diptych.suites, diptych.documents, _now)


def collect(diptych: Diptych) -> Collect:
    """Give the use case that turns feedback into candidates."""
    return Collect(diptych.suites, diptych.traced.traces, diptych.documents, _now)


def curation(diptych: Diptych) -> Curation:
    """Give what the routes and pages of suites call."""
    return Curation(diptych.suites, curate(diptych), collect(diptych), SentencexSplitter())


def generate(diptych: Diptych) -> Generate:
    """Give the use case that lets a chat model propose. Raises SetupFailed without one."""
    model = diptych.models.chat
    if model is None:
        raise SetupFailed(
            "No chat model is configured, and questions by rule would only repeat their sentences.",
            "Set DIPTYCH_LLM_URL to any OpenAI-compatible endpoint.",
        )
    corpus = Corpus(diptych.documents, diptych.ledger, SentencexSplitter())
    return Generate(diptych.suites, corpus, diptych.personal.masking.common_chat(model), _now)
