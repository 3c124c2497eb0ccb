"""What is open before any use case is put together."""

from collections.abc import Mapping
from dataclasses import dataclass

from catalog.postgres import PostgresCatalog
from contracts.blobs import Blobs
from contracts.nouns import PanelName
from contracts.panels import Panel
from deploy.duplicates import Duplicates
from deploy.following import PlanFollower
from deploy.models import Models
from deploy.personal import Personal
from deploy.quality import Quality
from deploy.settings import Settings
from deploy.tracing import Observers
from retrieval.shadowing import Shadow


@dataclass(frozen=True, slots=True)
class Opened:
    """What the use cases stand on."""

    settings: Settings
    catalog: PostgresCatalog
    blobs: Blobs
    models: Models
    panels: Mapping[PanelName, Panel]
    plans: PlanFollower
    shadow: Shadow
    observers: Observers
    quality: Quality
    personal: Personal
    duplicates: Duplicates
