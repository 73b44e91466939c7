/* Asking the server: forms as the pages send them, answers as JSON or as a piece of a page. */

import { signedIn, token } from "./again.js";

export class Refused extends Error {
  /** What the server said no to: *said* is its sentence, *status* its number, 0 when it did not answer. */
  constructor(said, status) {
    super(said);
    this.status = status;
  }
}

const AWAY = "The desk does not answer. Nothing was changed; try again.";
const SIGNED_OUT = "You are signed out. Nothing was changed; sign in and try again.";

async function sent(url, options) {
  try {
    return await fetch(url, { ...options, signal: AbortSignal.timeout(15_000) });
  } catch {
    throw new Refused(AWAY, 0);
  }
}

/** Ask for *url*, and where the session has ended once more after signing in again; *quietly*, nobody is asked to. */
async function ask(url, options, { quietly = false } = {}) {
  let answer = await sent(url, options());
  let problem = await problemOf(answer);
  if (!quietly && (answer.status === 401 || problem.type === "urn:parley:PageTooOld") && (await signedIn())) {
    answer = await sent(url, options());
    problem = await problemOf(answer);
  }
  if (answer.ok) return answer;
  throw new Refused(answer.status === 401 ? SIGNED_OUT : (problem.detail ?? AWAY), answer.status);
}

async function problemOf(answer) {
  return answer.ok ? {} : answer.json().catch(() => ({}));
}

/** Post *fields* and return what was answered. */
export async function post(url, fields, { quietly = false } = {}) {
  const body = fields instanceof FormData ? new URLSearchParams(fields) : new URLSearchParams(Object.entries(fields));
  const options = () => {
    body.set("csrf_token", token());
    return { method: "POST", headers: { Accept: "application/json" }, body };
  };
  const answer = await ask(url, options, { quietly });
  return answer.status === 204 ? null : answer.json();
}

const tags = new Map();

/** Return what is at *url* now, or null when nothing changed since what it is *about* was last asked for. */
export async function news(url, about) {
  const headers = { Accept: "application/json" };
  if (tags.get(about)) headers["If-None-Match"] = tags.get(about);
  const answer = await sent(url, { headers, cache: "no-store" });
  if (answer.status === 304) return null;
  if (!answer.ok) throw new Refused(AWAY, answer.status);
  tags.set(about, answer.headers.get("ETag"));
  return answer.json();
}

/** Return the piece of a page at *url*. */
export async function piece(url) {
  const address = new URL(url, location.href);
  address.searchParams.set("fragment", "1");
  const answer = await ask(address, () => ({ headers: { Accept: "application/json, text/html;q=0.9" } }));
  const template = document.createElement("template");
  template.innerHTML = await answer.text();
  return template.content;
}
