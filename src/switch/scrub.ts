/** Takes secrets out of a text that somebody else's program printed, before a person or the journal sees it. */

const NAMED_AS_SECRET = /pass|secret|token|key|credential/i;
/** Shorter values would take ordinary words out of every message. */
const SECRET_CHARACTERS_MIN = 4;

/** `environment` is what the program was given: its secrets are the ones it can print. */
export function scrub(text: string, environment: Readonly<Record<string, string | undefined>>): string {
  const secrets = Object.entries(environment).flatMap(([name, value]) => secretsOf(name, value ?? ''));
  // Longest first, so that none leaves the rest of another behind.
  const known = [...new Set(secrets)].filter((secret) => secret.length >= SECRET_CHARACTERS_MIN).sort((a, b) => b.length - a.length);
  const hidden = known.reduce((rest, secret) => rest.replaceAll(secret, '***'), text);
  return hidden.replace(/(:\/\/[^/\s:@]*):[^\s@]+@/g, '$1:***@').replace(/(pass(?:word|wd)?\s*[=:]\s*)\S+/gi, '$1***');
}

function secretsOf(name: string, value: string): string[] {
  const [, password] = /:\/\/[^/\s:@]*:([^\s@]+)@/.exec(value) ?? [];
  const inUrl = password === undefined ? [] : [password, decode(password)];
  return NAMED_AS_SECRET.test(name) ? [value, ...inUrl] : inUrl;
}

/** A password that is no valid percent-encoding stands for itself. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
