/* Parley: the comments of a page, in two lines.

     <script type="module" src="https://comments.example.org/embed/v1/parley.js"></script>
     <parley-comments site="news"></parley-comments>

   The thread is the server's own HTML; this file fetches it when it comes near the viewport, keeps it up to date and
   loads what is needed to write or to report when a reader first does. docs/embed.md lists the attributes. */

const HOME = new URL("./", import.meta.url).href;
const LOOK_EVERY = 20_000; // ms between two looks for what changed
const NEAR = "800px";

// The box that is reserved before anything is loaded, so that nothing below jumps further than it must.
const box = new CSSStyleSheet();
box.replaceSync(":host { display: block; min-block-size: 24rem } :host([hidden]) { display: none }");

// A page may insist on Trusted Types: what we insert comes from our own server alone.
const trusted = globalThis.trustedTypes?.createPolicy("parley", { createHTML: (html) => html });

const UNITS = [["year", 31_536_000], ["month", 2_592_000], ["day", 86_400], ["hour", 3600], ["minute", 60], ["second", 1]];

/** How long before now a time was, in words: "3 minutes ago". */
function ago(time, language) {
  const seconds = Math.min(0, (new Date(time) - Date.now()) / 1000);
  const [unit, length] = UNITS.find(([, each]) => -seconds >= each) ?? UNITS.at(-1);
  return new Intl.RelativeTimeFormat(language, { numeric: "auto" }).format(unit === "second" ? 0 : Math.trunc(seconds / length), unit);
}

class ParleyComments extends HTMLElement {
  #part = {}; // which part of the thread shows: sort, at, cursor
  #pages = 1;
  #etag = "";
  #modules = {};
  #timer = 0;
  #styled;

  connectedCallback() {
    if (!this.shadowRoot) {
      this.attachShadow({ mode: "open" }).adoptedStyleSheets = [box];
      if (this.#included) this.#start();
      else this.#startWhenNear();
    }
    window.addEventListener("hashchange", this.#go);
    this.#timer = setInterval(() => document.visibilityState === "visible" && this.refresh(), LOOK_EVERY);
  }

  #startWhenNear() {
    const observer = new IntersectionObserver((seen) => {
      if (!seen.some((entry) => entry.isIntersecting) && !this.#wanted) return;
      observer.disconnect();
      this.#start();
    }, { rootMargin: NEAR });
    observer.observe(this);
  }

  disconnectedCallback() {
    window.removeEventListener("hashchange", this.#go);
    clearInterval(this.#timer);
  }

  /** What the page's own server put into the element, for those who run no scripts. */
  get #included() { return this.querySelector(":scope > .parley"); }

  /** The thread as it stands in the shadow tree; null before it is loaded. */
  get thread() { return this.shadowRoot.querySelector(".parley"); }

  /** The reader's words that scripts need, by key. */
  get said() { return JSON.parse(this.thread.dataset.said); }

  /** How the server knows this thread. */
  get named() {
    const canonical = document.querySelector("link[rel=canonical]")?.href;
    return {
      thread_url: this.getAttribute("thread-url") ?? canonical ?? location.href.split("#")[0],
      thread_id: this.getAttribute("thread-id"),
      thread_title: this.getAttribute("thread-title") ?? document.title,
      lang: this.lang || document.documentElement.lang,
    };
  }

  /** Where this browser keeps the reader's draft and own comments of this thread. */
  get key() { return `parley:${this.getAttribute("site")}:${this.thread.dataset.thread}`; }

  /** The comment that the page's address names. */
  get #wanted() { return location.hash.startsWith("#parley-c_") ? location.hash.slice(8) : ""; }

  /** The address of a resource of the site, with *query*. */
  address(path, query = {}) {
    const url = new URL(`sites/${encodeURIComponent(this.getAttribute("site"))}/${path}`, HOME);
    for (const [name, value] of Object.entries(query)) if (value) url.searchParams.set(name, value);
    return url;
  }

  /** The nodes of *html*, which came from our server. */
  parse(html) {
    const template = document.createElement("template");
    template.innerHTML = trusted ? trusted.createHTML(html) : html;
    return template.content;
  }

  /** Tell a screen reader, and whoever looks below the thread. */
  say(text) { this.thread.querySelector(".parley-status").textContent = text; }

  /** The module *name*, loaded when it is first needed. */
  module(name) {
    this.#modules[name] ??= import(this.thread.dataset[name]).then((module) => new module.default(this));
    this.#modules[name].catch(() => delete this.#modules[name]);
    return this.#modules[name];
  }

  async #start() {
    const style = Object.assign(document.createElement("link"), { rel: "stylesheet", href: `${HOME}parley.css` });
    this.#styled = new Promise((done) => { style.onload = style.onerror = done; });
    this.shadowRoot.append(style);
    this.shadowRoot.addEventListener("click", (event) => this.#act(event));
    this.shadowRoot.addEventListener("submit", (event) => this.#submit(event));
    this.shadowRoot.addEventListener("focusin", (event) => event.target.closest(".parley-form") && this.module("write"));
    const included = this.#included;
    const away = this.#wanted && !included?.querySelector(`#parley-${CSS.escape(this.#wanted)}`);
    this.#part.at = away ? this.#wanted : "";
    await (included && !away ? this.#styled.then(() => this.#show(included)) : this.#begin());
  }

  /** Load the thread for the first time; when that fails, say so and offer to try again. */
  async #begin() {
    try {
      const thread = await this.#load();
      await this.#styled; // what shows before its style jumps
      this.#show(thread);
    } catch (error) {
      const problem = Object.assign(document.createElement("p"), { className: "parley-problem", textContent: `Comments could not be loaded. ${error.cause ?? ""} ` });
      const again = Object.assign(document.createElement("button"), { className: "parley-button", textContent: "Try again" });
      again.onclick = () => this.#begin();
      problem.append(again);
      this.#put(problem);
    }
  }

  /** Fetch the part of the thread that shows; null when it is as it was. An unchanged one comes from the cache. */
  async #load(more = {}) {
    const response = await fetch(this.address("thread", { ...this.named, ...this.#part, pages: this.#pages, ...more }));
    if (!response.ok) throw new Error(`${response.status}`, { cause: await response.json().then((problem) => problem.detail, () => "") });
    const etag = response.headers.get("ETag");
    if (etag === this.#etag && !more.cursor) return null;
    if (!more.cursor) this.#etag = etag;
    return this.parse(await response.text()).querySelector(".parley");
  }

  /** Put *node* in the place of whatever showed. */
  #put(node) {
    const old = [...this.shadowRoot.children].find((each) => each.localName !== "link");
    old ? old.replaceWith(node) : this.shadowRoot.append(node);
  }

  #show(thread) {
    this.#put(thread);
    this.#etag ||= thread.dataset.etag ? `W/"${thread.dataset.etag}"` : "";
    thread.querySelectorAll(".parley-comment").forEach((comment) => { comment.source = comment.outerHTML; });
    this.tellTimes();
    this.#mark();
    try {
      if (localStorage.getItem(this.key) ?? localStorage.getItem("parley:details")) this.module("write").then((write) => write.restore());
    } catch { /* A browser that keeps nothing has no draft. */ }
  }

  /** Show another part: a new order, or everything again. The form stays as it is. */
  async #turn(part) {
    this.#part = part;
    this.#pages = 1;
    this.#etag = "";
    const fresh = await this.#load();
    this.#merge(fresh);
    this.thread.querySelector(".parley-thread").scrollIntoView();
  }

  /** Look for what changed, and take it over without moving what is being read. */
  async refresh() {
    if (!this.thread) return;
    this.tellTimes();
    try {
      const fresh = await this.#load();
      if (fresh) this.#merge(fresh);
    } catch { /* The next look may find the way again. */ }
    if (this.#modules.write) (await this.#modules.write).look();
  }

  #merge(fresh) {
    const list = this.thread.querySelector(".parley-comments");
    const form = this.thread.querySelector(".parley-respond");
    const old = new Map([...list.children].map((comment) => [comment.dataset.id, comment]));
    let last = null;
    for (const comment of [...fresh.querySelectorAll(".parley-comment")]) {
      comment.source = comment.outerHTML;
      const known = old.get(comment.dataset.id);
      old.delete(comment.dataset.id);
      const keeps = known && (known.source === comment.source || known.contains(form));
      const place = keeps ? known : comment;
      if (known && !keeps) known.replaceWith(place);
      const next = last ? last.nextElementSibling : list.firstElementChild;
      if (place !== next) last ? last.after(place) : list.prepend(place);
      last = place;
    }
    for (const [, gone] of old) {
      if (gone.dataset.own) continue;
      if (gone.contains(form)) this.thread.append(form);
      gone.remove();
    }
    for (const each of [".parley-head", ".parley-closed", ".parley-more"]) this.#swap(each, fresh);
    this.tellTimes();
  }

  /** Take over what *selector* finds, with its coming and going. */
  #swap(selector, fresh) {
    const section = this.thread.querySelector(".parley-thread");
    section.querySelectorAll(selector).forEach((each) => each.remove());
    const list = section.querySelector(".parley-comments");
    fresh.querySelectorAll(selector).forEach((each) => {
      each.compareDocumentPosition(fresh.querySelector(".parley-comments")) & Node.DOCUMENT_POSITION_FOLLOWING ? list.before(each) : section.append(each);
    });
  }

  async #more(link) {
    const fresh = await this.#load({ cursor: link.dataset.cursor, pages: 1 });
    this.#pages = Math.min(this.#pages + 1, 10);
    const added = [...fresh.querySelectorAll(".parley-comment")];
    added.forEach((comment) => { comment.source = comment.outerHTML; });
    this.thread.querySelector(".parley-comments").append(...added);
    const next = fresh.querySelector("[data-act=more]");
    next ? link.replaceWith(next) : link.parentElement.remove();
    this.tellTimes();
    added[0]?.focus();
  }

  async #act(event) {
    const link = event.target.closest("[data-act]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const acts = {
      sort: () => this.#turn({ sort: link.dataset.sort }),
      all: () => this.#turn({}),
      more: () => this.#more(link),
      reply: async () => (await this.module("write")).reply(link.closest(".parley-comment")),
      cancel: async () => (await this.module("write")).cancel(),
      report: async () => (await this.module("report")).open(link),
    };
    if (!(link.dataset.act in acts)) return;
    event.preventDefault();
    try { await acts[link.dataset.act](); } catch { this.say(this.said.offline); }
  }

  async #submit(event) {
    const form = event.target; // an event forgets it while we wait
    if (!form.closest(".parley-respond")) return;
    event.preventDefault();
    try { await (await this.module("write")).send(form); } catch { this.say(this.said.offline); }
  }

  /** Say of every time how long ago it was. */
  tellTimes() {
    this.thread.querySelectorAll("time").forEach((time) => { time.textContent = ago(time.dateTime, this.thread.lang); });
  }

  #go = async () => {
    if (!this.#wanted || !this.thread) return;
    if (!this.#mark()) {
      await this.#turn({ at: this.#wanted });
      this.#mark();
    }
  };

  /** Highlight the comment that the page's address names, and go there; false when it is not on this part. */
  #mark() {
    this.thread.querySelector(".parley-here")?.classList.remove("parley-here");
    const comment = this.#wanted && this.thread.querySelector(`#parley-${CSS.escape(this.#wanted)}`);
    if (!comment) return false;
    comment.classList.add("parley-here");
    comment.scrollIntoView({ block: "center" });
    comment.focus({ preventScroll: true });
    return true;
  }
}

customElements.define("parley-comments", ParleyComments);
