"""PostgresPanelRegister: which panels are on, and which are being filled."""

from typing import Any, Final

from catalog.connections import Connection, Connections
from catalog.settings import LOCK_LEDGER, changing, note
from contracts.errors import Conflict, UnknownPanel
from contracts.nouns import PanelName
from contracts.policy import Change, PanelRecord, PanelStanding

_ORIGINALS = "originals"

_RECORDS: Final = """
SELECT p.name, p.standing, p.source, p.since,
       CASE WHEN p.standing = 'off' THEN 0
            ELSE (SELECT count(*) FROM catalog.document
                  WHERE live IS NOT NULL AND deleted IS NULL) END,
       coalesce(gaps.versions, 0)
FROM catalog.panel p
LEFT JOIN (
    SELECT panel, count(*) AS versions
    FROM (SELECT DISTINCT panel, document, number FROM catalog.gap) AS gap
    GROUP BY panel
) AS gaps ON gaps.panel = p.name
ORDER BY p.name
"""
_STANDINGS: Final = "SELECT name, standing, source FROM catalog.panel ORDER BY name"
_TURN: Final = """
UPDATE catalog.panel
SET standing = %(standing)s, source = %(source)s, since = clock_timestamp()
WHERE name = %(panel)s
"""
# What a panel that was off still stores is not known: rows of versions that are to go as well.
_GIVE_ROWS: Final = """
INSERT INTO catalog.ledger (document, number, generation, panel, wanted, due)
SELECT l.document, l.number, l.generation, %(panel)s, l.wanted,
       CASE WHEN l.wanted = 'absent' OR v.state <> 'quarantined' THEN now() END
FROM (SELECT DISTINCT document, number, generation, wanted FROM catalog.ledger) AS l
JOIN catalog.version v ON v.document = l.document AND v.number = l.number
"""
_DROP_ROWS: Final = "DELETE FROM catalog.ledger WHERE panel = %(panel)s"
_NAMED: Final = """
SELECT coalesce('workspace ' || workspace, 'whole service') FROM catalog.policy
WHERE %(panel)s IN (policy ->> 'primary', policy #>> '{trial,candidate}')
LIMIT 1
"""
_REFILL: Final = """
UPDATE catalog.ledger l
SET reached = 'nothing', chunks = NULL, seal = NULL, attempts = 0, error = NULL, misses = 0,
    due = now()
FROM catalog.version v
WHERE v.document = l.document AND v.number = l.number AND v.state <> 'quarantined'
  AND l.wanted = 'live' AND (l.panel = %(panel)s OR %(source)s = 'originals')
"""
# Of versions that are wanted; what replaces a reading is not stale.
_READ_AGAIN: Final = """
UPDATE catalog.reading r SET stale = true
FROM catalog.ledger l
WHERE l.document = r.document AND l.number = r.number AND l.wanted = 'live' AND NOT r.stale
"""
_SERVE: Final = """
UPDATE catalog.panel SET standing = 'serving', source = NULL, since = clock_timestamp()
WHERE name = %(panel)s AND standing = 'filling'
  AND NOT EXISTS (SELECT FROM catalog.gap WHERE gap.panel = %(panel)s)
"""


class PostgresPanelRegister:
    """The register of panels on PostgreSQL."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    async def records(self) -> list[PanelRecord]:
        """Give every panel's standing and how far it is."""
        async with self._connections.session() as connection:
            rows = await (await connection.execute(_RECORDS)).fetchall()
        return [_record(row) for row in rows]

    async def record(self, panel: PanelName) -> PanelRecord:
        """Give one panel's standing and how far it is."""
        for record in await self.records():
            if record.panel is panel:
                return record
        raise UnknownPanel(f"This service has no {panel} panel.", "See 'diptych switch'.")

    async def enable(self, panel: PanelName, change: Change) -> None:
        """Turn a panel that is off to FILLING, with a row for every version."""
        async with changing(self._connections) as connection:
            standings = await _standings(connection)
            if standings[panel][0] is not PanelStanding.OFF:
                raise Conflict(
                    f"The panel {panel} is on already; it is {standings[panel][0]}.",
                    "Rebuild it, if it is to be filled anew.",
                )
            await connection.execute(_GIVE_ROWS, {"panel": panel})
            others = [other for other in standings if _serves(standings, other)]
            source = others[0] if others else _ORIGINALS
            await _turn(connection, "enable", panel, PanelStanding.FILLING, source, change)

    async def disable(self, panel: PanelName, change: Change) -> None:
        """Turn a panel off and drop its rows."""
        async with changing(self._connections) as connection:
            await connection.execute(LOCK_LEDGER)
            standings = await _standings(connection)
            _refuse_off(standings, panel)
            if [one for one in standings if _serves(standings, one)] == [panel]:
                raise Conflict(
                    f"The panel {panel} is the last one that serves.", "Enable the other one first."
                )
            # Turned first: whoever names it in a policy from now on waits, and is then refused.
            await _turn(connection, "disable", panel, PanelStanding.OFF, None, change)
            row = await (await connection.execute(_NAMED, {"panel": panel})).fetchone()
            if row:
                raise Conflict(
                    f"The read policy of the {row[0]} names the panel {panel}.",
                    "Set the policy to the other panel first.",
                )
            await connection.execute(_DROP_ROWS, {"panel": panel})

    async def begin_rebuild(self, panel: PanelName, source: str, change: Change) -> None:
        """Turn a panel to CLEARING."""
        async with changing(self._connections) as connection:
            standings = await _standings(connection)
            _refuse_off(standings, panel)
            _refuse_second(standings)
            sources = {one for one in standings if _serves(standings, one)} - {panel}
            if source in set(PanelName) - sources:
                raise Conflict(
                    f"The panel {panel} cannot be filled from {source}.",
                    "Name another panel that serves, the originals or a file.",
                )
            await _turn(connection, "rebuild", panel, PanelStanding.CLEARING, source, change)

    async def refill(self, panel: PanelName) -> None:
        """Turn a CLEARING panel to FILLING, its rows due now; any other one is left alone."""
        async with changing(self._connections) as connection:
            await connection.execute(LOCK_LEDGER)
            standing, source = (await _standings(connection))[panel]
            if standing is PanelStanding.CLEARING:
                values = {"panel": panel, "source": source, "standing": PanelStanding.FILLING}
                await connection.execute(_REFILL, values)
                if source == _ORIGINALS:
                    await connection.execute(_READ_AGAIN)
                await connection.execute(_TURN, values)

    async def serve(self, panel: PanelName) -> bool:
        """Turn a FILLING panel to SERVING if it shows all live versions."""
        async with changing(self._connections) as connection:
            await connection.execute(_SERVE, {"panel": panel})
            return _serves(await _standings(connection), panel)


_Standings = dict[PanelName, tuple[PanelStanding, str | None]]


async def _standings(connection: Connection) -> _Standings:
    """Give what every panel is, and from what it is filled."""
    rows = await (await connection.execute(_STANDINGS)).fetchall()
    return {PanelName(row[0]): (PanelStanding(row[1]), row[2]) for row in rows}


def _serves(standings: _Standings, panel: PanelName) -> bool:
    return standings[panel][0] is PanelStanding.SERVING


def _refuse_off(standings: _Standings, panel: PanelName) -> None:
    if standings[panel][0] is PanelStanding.OFF:
        raise Conflict(f"The panel {panel} is off.", "Enable it, if it is to be filled.")


def _refuse_second(standings: _Standings) -> None:
    for panel, (standing, _) in standings.items():
        if standing in {PanelStanding.CLEARING, PanelStanding.FILLING}:
            raise Conflict(
                f"The panel {panel} is {standing}: a rebuild is running.",
                "Wait until that panel serves.",
            )


async def _turn(
    connection: Connection,
    verb: str,
    panel: PanelName,
    standing: PanelStanding,
    source: str | None,
    change: Change,
) -> None:
    """Change a panel's standing, with its audit row."""
    known, filled_from = (await _standings(connection))[panel]
    before = {"standing": known, "source": filled_from}
    after = {"standing": standing, "source": source}
    await connection.execute(_TURN, {"panel": panel, **after})
    await note(connection, change, f"panel.{verb}", panel, before, after)


def _record(row: tuple[Any, ...]) -> PanelRecord:
    """Build a record from a row of _RECORDS."""
    wanted, missing = row[4:]
    standing = PanelStanding(row[1])
    return PanelRecord(PanelName(row[0]), standing, row[2], row[3], wanted, wanted - missing)
