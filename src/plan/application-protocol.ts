/** What applications speak to an engine. Whatever passes bytes on leads from one side to the other only where both speak the same. */
type Engines = Readonly<Record<'source' | 'target', {readonly engine: string}>>;

export const isOneProtocol = ({source, target}: Engines): boolean => protocolOf(source.engine) === protocolOf(target.engine);

/** MariaDB's clients are MySQL's. */
const protocolOf = (engine: string): string => (engine === 'mariadb' ? 'mysql' : engine);
