-- The shop after its data: what makes it correct and fast. Every statement can run on its own.

CREATE UNIQUE INDEX customers_email ON shop.customers (lower(email));

CREATE INDEX customers_tags ON shop.customers USING gin (tags);

CREATE INDEX products_search ON shop.products USING gin (search);

CREATE INDEX products_category ON shop.products (category_id);

CREATE INDEX orders_customer ON shop.orders (customer_id);

CREATE INDEX orders_reference ON shop.orders (reference);

CREATE INDEX reviews_customer ON shop.reviews (customer_id);

CREATE INDEX sessions_expiry ON shop.sessions (expires_at);

CREATE INDEX documents_client ON shop.documents (client) WHERE client > 0;

CREATE INDEX ledger_nonce ON shop.ledger (nonce);

ALTER TABLE shop.customers ADD CONSTRAINT customers_referred_by
  FOREIGN KEY (referred_by) REFERENCES shop.customers ON DELETE SET NULL;

ALTER TABLE shop.categories ADD CONSTRAINT categories_parent
  FOREIGN KEY (parent_id) REFERENCES shop.categories DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE shop.products ADD CONSTRAINT products_category
  FOREIGN KEY (category_id) REFERENCES shop.categories;

ALTER TABLE shop.orders ADD CONSTRAINT orders_customer
  FOREIGN KEY (customer_id) REFERENCES shop.customers;

ALTER TABLE shop.order_lines ADD CONSTRAINT order_lines_order
  FOREIGN KEY (order_id, order_created_at) REFERENCES shop.orders (id, created_at) ON DELETE CASCADE;

ALTER TABLE shop.order_lines ADD CONSTRAINT order_lines_product
  FOREIGN KEY (sku) REFERENCES shop.products ON UPDATE CASCADE;

ALTER TABLE shop.reviews ADD CONSTRAINT reviews_product
  FOREIGN KEY (sku) REFERENCES shop.products ON UPDATE CASCADE ON DELETE CASCADE;

ALTER TABLE shop.reviews ADD CONSTRAINT reviews_customer
  FOREIGN KEY (customer_id) REFERENCES shop.customers ON DELETE CASCADE;

ALTER TABLE shop.reviews ADD CONSTRAINT reviews_five_stars_have_words
  CHECK (stars BETWEEN 1 AND 5 AND (stars < 5 OR words IS NOT NULL));

CREATE FUNCTION shop.touch() RETURNS trigger LANGUAGE plpgsql
  AS $$ BEGIN NEW.updated_at := clock_timestamp(); RETURN NEW; END $$;

CREATE TRIGGER products_touch BEFORE UPDATE ON shop.products FOR EACH ROW EXECUTE FUNCTION shop.touch();

CREATE MATERIALIZED VIEW shop.sales_by_month AS
  SELECT date_trunc('month', created_at AT TIME ZONE 'UTC') AS month, count(*) AS orders, sum(total) AS total
    FROM shop.orders GROUP BY 1;

CREATE UNIQUE INDEX sales_by_month_month ON shop.sales_by_month (month);

REFRESH MATERIALIZED VIEW shop.sales_by_month;

ALTER TABLE shop.accounts ENABLE ROW LEVEL SECURITY;

CREATE POLICY accounts_own_tenant ON shop.accounts USING (tenant = current_setting('shop.tenant', true));

GRANT USAGE ON SCHEMA shop TO shop_app;

GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA shop TO shop_app;

GRANT USAGE ON ALL SEQUENCES IN SCHEMA shop TO shop_app;
