-- Versions that were cancelled, or that ended the worker that worked on them; how fast they go.

ALTER TABLE catalog.version DROP CONSTRAINT version_state_check;
ALTER TABLE catalog.version ADD CONSTRAINT version_state_check CHECK (
    state IN ('accepted', 'processing', 'live', 'quarantined', 'cancelled', 'retired'));
ALTER TABLE catalog.version
    ADD COLUMN shown boolean NOT NULL DEFAULT false, -- a panel may show it: too late to cancel
    ADD COLUMN crashes integer NOT NULL DEFAULT 0, -- times that work on it began and never ended
    ADD COLUMN paced_from timestamptz, -- the first note of the stage in hand,
    ADD COLUMN paced_at integer NOT NULL DEFAULT 0; -- and how much was done then
UPDATE catalog.version v SET shown = true
WHERE v.state = 'processing' AND EXISTS (
    SELECT FROM catalog.ledger l
    WHERE l.document = v.document AND l.number = v.number AND l.reached = 'live');

-- Whose job was let go before others the last time, by the priority that it had.
CREATE TABLE catalog.turn (
    priority integer PRIMARY KEY,
    workspace text NOT NULL DEFAULT ''
);
INSERT INTO catalog.turn (priority) VALUES (0), (1);
