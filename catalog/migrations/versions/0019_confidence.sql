-- How sure recognition was of a part's text; null where that did not stand in a picture.
ALTER TABLE catalog.part ADD COLUMN confidence double precision;
