"""The two real servers, run privately below the home directory without root, Docker or Java."""
