"""Java's archives: made once, used from then on, made anew when a jar changes."""

import subprocess
from pathlib import Path

from deploy.embedded.java import JAVA, archive_flags

AT_EXIT = "-XX:ArchiveClassesAtExit="
USED = "-XX:SharedArchiveFile="


def value(flags: tuple[str, ...], name: str) -> str:
    return next((flag.removeprefix(name) for flag in flags if flag.startswith(name)), "")


def test_archive_is_made_at_exit_then_used_until_a_jar_changes(tmp_path: Path) -> None:
    jar = tmp_path / "some.jar"
    jar.write_bytes(b"one")
    first = archive_flags(tmp_path / "java", [jar])
    made = Path(value(first, AT_EXIT))
    subprocess.run([JAVA, *first, "--list-modules"], check=True, capture_output=True)  # noqa: S603 - the wheel's
    assert made.exists()
    second = archive_flags(tmp_path / "java", [jar])
    assert value(second, USED).endswith(f":{made}")
    assert not value(second, AT_EXIT)
    used = subprocess.run(  # noqa: S603 - the wheel's
        [JAVA, *second, "-Xshare:on", "--list-modules"], check=True, capture_output=True
    )
    assert b"java.base" in used.stdout
    jar.write_bytes(b"two!")
    third = archive_flags(tmp_path / "java", [jar])
    assert value(third, AT_EXIT) not in {"", str(made)}
    assert not made.exists()
