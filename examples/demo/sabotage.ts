/** Damages the open side after the run, so that everybody can see the oracle find it. */
import {withClient} from './shop-database.ts';

export const SABOTAGES = ['lose', 'duplicate', 'corrupt'] as const;
export type Sabotage = (typeof SABOTAGES)[number];

/** Each touches one transaction that a client was told is safe. */
const DAMAGE: Readonly<Record<Sabotage, string>> = {
  lose: 'DELETE FROM shop.ledger WHERE id = (SELECT max(id) FROM shop.ledger WHERE client > 0)',
  duplicate: `INSERT INTO shop.ledger (client, seq, nonce, kind)
                SELECT client, seq, nonce, kind FROM shop.ledger WHERE id = (SELECT max(id) FROM shop.ledger WHERE client > 0)`,
  corrupt: `UPDATE shop.accounts SET balance = balance + 0.0000000001
             WHERE (tenant, number) = (SELECT tenant, number FROM shop.accounts WHERE tenant LIKE 'client-%' ORDER BY 1, 2 LIMIT 1)`,
};

export async function sabotage(kind: Sabotage, openUrl: string): Promise<void> {
  const {rowCount} = await withClient(openUrl, (client) => client.query(DAMAGE[kind]));
  if (rowCount !== 1) throw new Error(`the sabotage "${kind}" found nothing to damage`);
}
