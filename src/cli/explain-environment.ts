/** What `crossfade explain` says of the environments of a project. */
import {page} from './explain-page.ts';

export const environmentPages = {
  'CF-ENV-001': page(
    "the project's file cannot be used",
    'There is no crossfade.yaml in the folder or above it, it says something that cannot be meant (each place is named), or it has no environment of that name. Nothing was connected to.',
    'When the command is run outside the project, and after a typing error.',
    'Write environments: {staging: {ORDERS_URL: env:STAGING_ORDERS_URL}} into crossfade.yaml at the top of the project, or name the file with --config.',
  ),
  'CF-ENV-002': page(
    'nothing stands for a reference of the plan',
    'Of an address of the plan the environment does not say what to use instead, it names an address of the plan itself, or the plan names no variable that something else could stand for. Nothing was connected to.',
    'With a new plan, whose variables the environment does not have yet.',
    "Say under environments in crossfade.yaml what stands for the plan's variable. The plan has to say url: env:NAME.",
  ),
  'CF-ENV-003': page(
    "a server of an environment could be one of the plan's own",
    "The address that the environment names leads to the server of the plan's source or target, whatever it is called; or that could not be found out, because the plan's own address is set and does not answer, or is not set and the database does not say that it belongs to the environment. Nothing was written.",
    'When a variable has the address of production. On a server that was made from a base backup of production too: both call themselves by the same number. pg_dump and pg_restore make one of its own.',
    'Correct what the variable holds. Where production cannot be reached on purpose, leave its variables unset and run the COMMENT ON DATABASE that is shown, once in each database of the environment.',
  ),
  'CF-ENV-004': page(
    "an environment has another schema than the plan's databases",
    'A table that the plan names is not there, or the catalogue of the environment differs from that of the source. A rehearsal there would prove nothing about the plan. None was begun.',
    'When migrations of the schema have reached production and not staging, or the other way round.',
    'Bring the schema of the environment to where the source is; each object that differs is named.',
  ),
} as const;
