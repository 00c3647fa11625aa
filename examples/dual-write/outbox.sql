-- The application's own table, made in one of its own migrations. One row per connection of a router: it does not grow with
-- the writes. Rows of routers that are long gone may be deleted, and the table may be dropped after the migration.
CREATE TABLE shop.crossfade_outbox (
  router uuid,
  connection int,
  n bigint NOT NULL,
  epoch bigint NOT NULL,
  PRIMARY KEY (router, connection)
);
GRANT SELECT, INSERT, UPDATE ON shop.crossfade_outbox TO shop_app;
