-- The outbox on MySQL and MariaDB, in the database of the application's other tables. PostgreSQL gets it with them.
CREATE TABLE shop.crossfade_outbox (
  router char(36) CHARACTER SET ascii,
  connection int,
  n bigint NOT NULL,
  epoch bigint NOT NULL,
  PRIMARY KEY (router, connection)
) ENGINE = InnoDB;
GRANT SELECT, INSERT, UPDATE ON shop.crossfade_outbox TO shop_app;
