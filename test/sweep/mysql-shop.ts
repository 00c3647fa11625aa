/** The shop of a sweep from MySQL: rows that clients own, in tables that both engines have, and rows that nobody writes. */

/** Columns of the filled rows by their types there, each with a value made of the number `n`. */
export const HISTORY: Readonly<Record<string, readonly [type: string, value: string]>> = {
  total: ['decimal(30,10)', 'n * 2.0000000001'],
  large: ['bigint unsigned', '18446744073709551615 - n'],
  ratio: ['double', 'n / 7'],
  mood: [`enum('happy','sad')`, `if(n % 3, 'happy', 'sad')`],
  tags: [`set('new','vip','old')`, `if(n % 2, 'vip,new', '')`],
  note: ['text CHARACTER SET utf8mb4', `if(n % 10, repeat('täglich 😀 ', n % 30), null)`],
  picture: ['varbinary(64)', 'unhex(sha2(n, 256))'],
  born: ['date', `date_add('1970-01-01', interval n day)`],
  wakes: ['time(6)', 'sec_to_time(n % 2000 * 1300.25 - 80000)'],
  changed: ['timestamp(6)', `timestamp('2024-01-01 00:00:00') + interval n * 1000001 microsecond`],
  settings: ['json', `json_object('n', n, 'a', json_array(1.5, null, 'ü'))`],
};

export const shopSchema = (schema: string): readonly string[] => [
  `CREATE TABLE ${schema}.ledger (id bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY, client int NOT NULL, seq int NOT NULL, nonce char(36) NOT NULL,
     kind varchar(20) NOT NULL, at timestamp(3) NOT NULL DEFAULT current_timestamp(3), KEY (client, seq)) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
  `CREATE TABLE ${schema}.preference (client int NOT NULL, name varchar(40) NOT NULL, value varchar(200), PRIMARY KEY (client, name)) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
  `CREATE TABLE ${schema}.account (client int NOT NULL, number int NOT NULL, holder varchar(60) NOT NULL, balance bigint NOT NULL, PRIMARY KEY (client, number)) CHARACTER SET utf8mb4`,
  `CREATE TABLE ${schema}.session (token char(36) NOT NULL PRIMARY KEY, page int unsigned NOT NULL, since datetime(6) NOT NULL DEFAULT current_timestamp(6)) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
  `CREATE TABLE ${schema}.document (id char(36) NOT NULL PRIMARY KEY, title varchar(80) NOT NULL UNIQUE, revision int NOT NULL, body mediumtext NOT NULL) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
  `CREATE TABLE ${schema}.history (n int NOT NULL PRIMARY KEY, ${Object.entries(HISTORY)
    .map(([name, [type]]) => `${name} ${type}`)
    .join(', ')})`,
];

export const fillShop = (schema: string, rows: number, seed: number): string =>
  `INSERT INTO ${schema}.history SELECT i, ${Object.values(HISTORY)
    .map(([, value]) => value)
    .join(
      ', ',
    )} FROM (WITH RECURSIVE s AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM s WHERE i < ${rows}) SELECT i, i * 7 + ${seed % 1000} AS n FROM s) numbers`;
