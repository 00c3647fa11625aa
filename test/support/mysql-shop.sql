CREATE TABLE customer (
  id bigint unsigned NOT NULL AUTO_INCREMENT COMMENT 'it''s the key',
  email varchar(100) NOT NULL,
  name varchar(60) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT 'O''Neil \\ sons',
  mood enum('happy','it''s ok','') NOT NULL DEFAULT 'happy',
  tags set('new','vip','a b') DEFAULT 'new,vip',
  is_active tinyint(1) NOT NULL DEFAULT 1,
  flag bit(1) NOT NULL DEFAULT b'1',
  bits bit(5) DEFAULT b'101',
  born date DEFAULT NULL,
  wakes time(3) DEFAULT '07:30:00.500',
  since year DEFAULT 2001,
  created datetime NOT NULL DEFAULT current_timestamp(),
  changed timestamp(3) NULL DEFAULT current_timestamp(3) ON UPDATE current_timestamp(3),
  rating float DEFAULT 1.5,
  visits int(10) unsigned zerofill DEFAULT 42,
  settings json DEFAULT NULL,
  token varchar(36) DEFAULT (uuid()),
  picture blob DEFAULT ('a'),
  PRIMARY KEY (id),
  UNIQUE KEY email (email),
  KEY name (name(10)),
  FULLTEXT KEY words (email),
  CHECK (rating between 0 and 5),
  CHECK (mood <> 'IT''S OK' or born is not null),
  CHECK (email like '%@%' and email <> 'ROOT@x')
) COMMENT='people who buy' CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci;
CREATE TABLE product (
  code char(8) NOT NULL,
  price decimal(10,2) NOT NULL DEFAULT 0.00,
  stock mediumint NOT NULL DEFAULT -1,
  parts smallint unsigned DEFAULT NULL,
  gross decimal(12,2) AS (round(price * 1.19, 2)) STORED,
  each_part decimal(12,4) AS (price / parts) VIRTUAL,
  label varchar(80) AS (concat(upper(code), ' ', ifnull(stock, 'none'))) VIRTUAL,
  longer varchar(90) AS (concat(label, '!')) VIRTUAL,
  in_stock tinyint(1) AS (stock > 0) STORED,
  PRIMARY KEY (code),
  KEY price (price DESC, stock)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
CREATE TABLE `order` (
  id int NOT NULL AUTO_INCREMENT,
  customer bigint unsigned NOT NULL,
  product char(8) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci DEFAULT NULL,
  at datetime(6) NOT NULL DEFAULT current_timestamp(6),
  month int AS (year(at) * 100 + month(at)) STORED,
  PRIMARY KEY (id),
  KEY customer (customer),
  CONSTRAINT order_customer FOREIGN KEY (customer) REFERENCES customer (id) ON DELETE CASCADE,
  CONSTRAINT order_product FOREIGN KEY (product) REFERENCES product (code) ON DELETE SET NULL ON UPDATE CASCADE
) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci;
CREATE TABLE odd (
  id int NOT NULL,
  place point NOT NULL,
  doubt int AS (id ^ 3) STORED,
  sound varchar(10),
  PRIMARY KEY (id, sound),
  SPATIAL KEY place (place),
  CHECK (soundex(sound) <> 'X')
) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci;
CREATE VIEW cheap AS SELECT code FROM product WHERE price < 5;
CREATE TRIGGER odd_insert BEFORE INSERT ON odd FOR EACH ROW SET NEW.sound = 'x';
