"""Passwords of the embedded servers."""

from pathlib import Path

from deploy.embedded.files import secret


def test_no_password_looks_like_an_option_to_a_servers_own_program(tmp_path: Path) -> None:
    made = {secret(tmp_path / str(number)) for number in range(300)}
    assert len(made) == 300
    assert all(password.isalnum() and len(password) >= 32 for password in made)


def test_a_password_is_kept_and_private(tmp_path: Path) -> None:
    place = tmp_path / "password"
    assert secret(place) == secret(place)
    assert place.stat().st_mode & 0o077 == 0
