/**
 * A line in, an answer out, over a socket in the file system that only the user of the runner may open: part of the effects
 * seam. A runner that was killed leaves its file behind; the next one, which holds the lease by then, puts its own in that
 * place, and whoever connects in between is refused by the system.
 */
import {chmodSync, lstatSync, mkdirSync, renameSync, rmSync} from 'node:fs';
import {createServer, type Server, type Socket} from 'node:net';
import {dirname} from 'node:path';

/** A longer line is nobody's command. */
const LINE_CHARACTERS_MAX = 4096;
/** Of an address, everywhere; some systems cut a longer one off instead of refusing it. */
const PATH_BYTES_MAX = 103;

export type ControlSocket = {readonly path: string; close(): Promise<void>};

/** Rejects when the place cannot be had. Lines of one connection are answered in their order, each answer ends with an empty line. */
export async function serveControl(path: string, answer: (line: string) => Promise<string>): Promise<ControlSocket> {
  const open = new Set<Socket>();
  const server = createServer({allowHalfOpen: true}, (socket) => {
    open.add(socket.once('close', () => open.delete(socket)));
    socket.on('error', () => socket.destroy()); // whoever asked is gone
    converse(socket, answer);
  });
  const file = await bind(server, path);
  return {
    path,
    close: async () => {
      if (fileAt(path)?.ino === file) rmSync(path, {force: true}); // a successor may have put its own there
      for (const socket of open) socket.destroy();
      await new Promise<void>((closed) => server.close(() => closed()));
    },
  };
}

/** Under another name first: nobody may connect before the file is the user's alone, and closing removes that name only. */
async function bind(server: Server, path: string): Promise<number | undefined> {
  const unready = `${path}.new`;
  if (Buffer.byteLength(unready) > PATH_BYTES_MAX) throw new Error(`${path} is too long for the address of a socket`);
  const before = fileAt(path);
  if (before && !before.isSocket()) throw new Error(`${path} is there already and is no socket`);
  mkdirSync(dirname(path), {recursive: true, mode: 0o700});
  rmSync(unready, {force: true});
  await new Promise<void>((bound, failed) => server.once('error', failed).listen(unready, () => bound()));
  chmodSync(unready, 0o600);
  renameSync(unready, path);
  server.on('error', () => undefined); // one connection that could not be had
  return fileAt(path)?.ino;
}

const fileAt = (path: string) => lstatSync(path, {throwIfNoEntry: false});

function converse(socket: Socket, answer: (line: string) => Promise<string>): void {
  let [typed, turn] = ['', Promise.resolve()];
  const say = (line: string): void => {
    turn = turn.then(async () => void socket.write(`${(await answer(line)).trimEnd()}\n\n`));
    turn.catch(() => socket.destroy());
  };
  socket.setEncoding('utf8').on('data', (part: string) => {
    typed += part;
    const lines = typed.split('\n');
    typed = lines.pop() ?? '';
    if (typed.length > LINE_CHARACTERS_MAX) return void socket.destroy();
    for (const line of lines) if (line.trim() !== '') say(line.trim());
  });
  socket.on('end', () => {
    if (typed.trim() !== '') say(typed.trim());
    turn.then(
      () => socket.end(),
      () => undefined,
    );
  });
}
