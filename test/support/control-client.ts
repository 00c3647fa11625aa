/** What an operator types into the socket of a runner, and what comes back until it is closed. */
import {connect} from 'node:net';

export const askSocket = (path: string, typed: string): Promise<string> =>
  new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(path, () => socket.end(typed));
    socket.setEncoding('utf8').on('data', (part: string) => void (answer += part));
    socket.once('close', () => resolve(answer)).once('error', reject);
  });
