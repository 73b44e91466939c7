/* Asking the server: forms as the pages send them, answers as JSON or as a piece of a page. */

export class Refused extends Error {
  /** What the server said no to: *said* is its sentence, *status* its number, 0 when it did not answer. */
  constructor(said, status) {
    super(said);
    this.status = status;
  }
}

const AWAY = "The desk does not answer. Nothing was changed; try again.";

async function ask(url, options) {
  let answer;
  try {
    answer = await fetch(url, { ...options, signal: AbortSignal.timeout(15_000) });
  } catch {
    throw new Refused(AWAY, 0);
  }
  if (answer.ok) return answer;
  const problem = await answer.json().catch(() => ({}));
  if (answer.status === 401) throw new Refused("You are signed out. Reload the page to sign in; nothing was changed.", 401);
  throw new Refused(problem.detail ?? AWAY, answer.status);
}

/** Post *fields* and return what was answered. */
export async function post(url, fields) {
  const body = fields instanceof FormData ? new URLSearchParams(fields) : new URLSearchParams(Object.entries(fields));
  const answer = await ask(url, { method: "POST", headers: { Accept: "application/json" }, body });
  return answer.status === 204 ? null : answer.json();
}

const tags = new Map();

/** Return what is at *url* now, or null when nothing changed since what it is *about* was last asked for. */
export async function news(url, about) {
  const headers = { Accept: "application/json" };
  if (tags.get(about)) headers["If-None-Match"] = tags.get(about);
  let answer;
  try {
    answer = await fetch(url, { headers, signal: AbortSignal.timeout(15_000), cache: "no-store" });
  } catch {
    throw new Refused(AWAY, 0);
  }
  if (answer.status === 304) return null;
  if (!answer.ok) throw new Refused(AWAY, answer.status);
  tags.set(about, answer.headers.get("ETag"));
  return answer.json();
}

/** Return the piece of a page at *url*. */
export async function piece(url) {
  const address = new URL(url, location.href);
  address.searchParams.set("fragment", "1");
  const answer = await ask(address, { headers: { Accept: "text/html, application/json" } });
  const template = document.createElement("template");
  template.innerHTML = await answer.text();
  return template.content;
}
