/** How the process ends: by itself as soon as nothing is left to do, and soon after its verb in any case. */

/** For what a library still has to say to a server. */
const LINGER_MS = 2000;

/**
 * Call it when the verb has ended and closed what it opened. A library may keep a connection that nobody asks for any more (a Kafka
 * client that is closed while it joins its group does), and a runner that has failed must not stand there as if it worked. What
 * is printed is never cut short, however slowly it is read.
 */
export function leave(code: number, lingerMs = LINGER_MS): void {
  process.exitCode = code;
  // Without this Node takes its loop apart at a natural end, and may do so for ever, at full speed, over a socket that is gone (seen with 24.21).
  process.once('exit', () => process.exit());
  setInterval(() => {
    if (process.stdout.writableLength === 0 && process.stderr.writableLength === 0) process.exit();
  }, lingerMs).unref();
}
