"""Which program reads pictures, and in which languages."""

from dataclasses import asdict, replace
from pathlib import Path

import pytest

from readers.engines import Engine, package_for
from readers.installed import find_engine
from tests.readers.scanning import engine

ALL = ("deu", "ell", "eng", "fra", "ita", "rus", "ukr")


def programs(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str | None) -> None:
    """Let this folder be the only one with programs, and the script be its Tesseract."""
    if script is not None:
        program = folder / "tesseract"
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))


def test_tesseract_is_found_with_its_languages_and_its_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = (
        'if [ "$1" = --version ]; then echo "tesseract 5.4.1"; exit; fi\n'
        "echo 'List of available languages in \"/data/words/\" (3):'; echo rus; echo osd; echo fra"
    )
    programs(tmp_path, monkeypatch, script)
    found = find_engine()
    assert found is not None
    assert found.label == "tesseract 5.4.1"
    assert found.languages == ("fra", "rus")
    assert found.orients
    assert found.command == (str(tmp_path / "tesseract"), "--tessdata-dir", "/data/words/")


@pytest.mark.parametrize("script", [None, "exit 1", "echo", "echo tesseract 5; echo osd"])
def test_without_a_tesseract_that_works_rapidocr_reads_latin_script(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str | None
) -> None:
    pytest.importorskip("rapidocr", reason="the extra ocr is not installed")
    programs(tmp_path, monkeypatch, script)
    found = find_engine()
    assert found is not None
    assert (found.name, found.languages) == ("rapidocr", ("Latin",))


@pytest.mark.parametrize(
    ("script", "languages"),
    [
        ("Latin", ("fra", "eng", "deu")),
        ("Fraktur", ("fra", "eng", "deu")),
        ("Cyrillic", ("rus", "ukr", "eng")),
        ("Greek", ("ell", "eng")),
        ("Arabic", ()),
        ("Klingon", ()),
    ],
)
def test_a_script_is_read_with_its_own_languages_and_english(
    script: str, languages: tuple[str, ...]
) -> None:
    assert engine("", languages=ALL).reading(script) == languages


def test_an_engine_without_latin_languages_reads_with_what_it_has() -> None:
    assert engine("", languages=("rus",)).usual == ("rus",)


def test_an_engine_travels_as_json() -> None:
    one = engine("", languages=ALL)
    assert Engine.of(asdict(one) | {"languages": list(ALL)}) == one
    assert one.settings != replace(one, version="2").settings
    assert one.settings != replace(one, languages=("fra",)).settings


def test_packages_are_named_as_people_install_them() -> None:
    assert package_for("Greek") == "tesseract-ocr-ell"
    assert package_for("Han") == "tesseract-ocr-chi-sim"
