"""The site: puts the pages into the application, below one path."""

from fastapi import FastAPI

from api.service import Service

APP_PATH = "/app"


def add_pages(app: FastAPI, service: Service) -> None:
    """Serve the pages."""
