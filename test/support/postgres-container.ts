/**
 * PostgreSQL in a container, for machines that have an engine. `TEST_POSTGRES_IMAGE` names an image; else it is the
 * public one of the asked version. An image that is present is not pulled.
 */
import {freePort} from '../../examples/demo/free-port.ts';
import {GenericContainer, getContainerRuntimeClient, type StartedTestContainer, Wait} from 'testcontainers';
import {addCleanUp} from './server-folder.ts';

export type ContainerServer = {
  readonly url: string;
  restart(): Promise<void>;
  /** Ends the server and its children as a power cut would; its data stay. */
  kill9(): Promise<void>;
  stop(): Promise<void>;
};

const PASSWORD = 'only-for-this-test';

/** Throws with the reason when there is no engine, or no image. */
export async function startContainerServer(version: number, settings: Readonly<Record<string, string>>): Promise<ContainerServer> {
  // Its helper image would have to be pulled too; the run's end removes the container instead.
  process.env['TESTCONTAINERS_RYUK_DISABLED'] = 'true';
  await getContainerRuntimeClient();
  // The same port inside and outside: it survives a restart, and the server itself names the one that clients use.
  const port = await freePort();
  const flags = Object.entries({...settings, port: String(port)}).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const started = await new NotedContainer(process.env['TEST_POSTGRES_IMAGE'] ?? `postgres:${version}`)
    .withEnvironment({POSTGRES_PASSWORD: PASSWORD})
    .withExposedPorts({container: port, host: port})
    .withCommand(['postgres', ...flags])
    // By TCP: while the image makes its cluster, a server answers at the socket only.
    .withWaitStrategy(Wait.forSuccessfulCommand(`pg_isready --username=postgres --host=127.0.0.1 --port=${port}`))
    .start();
  return {
    url: `postgres://postgres:${PASSWORD}@${started.getHost()}:${port}/postgres`,
    restart: () => started.restart(),
    kill9: () => kill9(started),
    stop: () => removeContainer(started.getId()),
  };
}

/** Also one that runs, and one that is gone already. Called at the end of the run for all that were made. */
export async function removeContainer(id: string): Promise<void> {
  const {container} = await getContainerRuntimeClient();
  try {
    await container.getById(id).remove({force: true, v: true});
  } catch (error) {
    if (!(error instanceof Error && 'statusCode' in error && error.statusCode === 404)) throw error;
  }
}

/** Noted before it starts, so that one that never becomes ready is removed too. */
class NotedContainer extends GenericContainer {
  protected override async containerCreated(id: string): Promise<void> {
    addCleanUp({kind: 'container', id});
  }
}

async function kill9(started: StartedTestContainer): Promise<void> {
  const {container} = await getContainerRuntimeClient();
  const running = container.getById(started.getId());
  await running.kill({signal: 'SIGKILL'});
  await running.wait();
}
