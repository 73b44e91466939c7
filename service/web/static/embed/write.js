/* What one needs to write: drafts that survive, sending that neither loses nor doubles, replies, one's own comments. */

const DETAILS = "parley:details";
const AUTHOR = "parley:author";

function kept(key) {
  try { return JSON.parse(localStorage.getItem(key)) ?? {}; } catch { return {}; }
}

function keep(key, value) {
  try {
    Object.keys(value).length ? localStorage.setItem(key, JSON.stringify(value)) : localStorage.removeItem(key);
  } catch { /* Without a store everything works until the page is left. */ }
}

/** 144 random bits for a URL or a form. */
function chance() {
  const bytes = crypto.getRandomValues(new Uint8Array(18));
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_");
}

export default class Writer {
  #comments;
  #sending = false;
  #countdown = 0;

  constructor(comments) {
    this.#comments = comments;
    comments.shadowRoot.addEventListener("input", (event) => event.target.form === this.#form && this.#keepDraft());
    comments.shadowRoot.addEventListener("change", (event) => event.target.dataset.act === "save" && this.#keepDetails());
    this.restore();
  }

  get #respond() { return this.#comments.thread.querySelector(".parley-respond"); }
  get #form() { return this.#respond?.querySelector("form"); }
  get #save() { return this.#form.querySelector("[data-act=save]"); }

  /** Fill in what this browser keeps: saved details, a draft, one's own comments that wait. */
  restore() {
    this.look();
    if (!this.#form) return;
    const { draft = {} } = kept(this.#comments.key);
    const details = kept(DETAILS);
    this.#save.checked = "name" in details;
    for (const name of ["name", "email", "website", "body"]) {
      const field = this.#form.elements[name];
      field.value ||= draft[name] ?? details[name] ?? "";
    }
    const parent = draft.parent && this.#comments.thread.querySelector(`#parley-${CSS.escape(draft.parent)}`);
    if (parent && !this.#set("parent_id")) this.#move(parent);
  }

  /** Answer *comment*: the form moves below it. */
  reply(comment) {
    this.#move(comment);
    this.#keepDraft();
    this.#form.elements.body.focus();
  }

  /** Answer nobody: the form moves back. */
  cancel() {
    const comment = this.#respond.closest(".parley-comment");
    this.#moveBack();
    this.#keepDraft();
    (comment?.querySelector("[data-act=reply]") ?? this.#form.elements.body).focus();
  }

  /** Send the form. A second click while it travels does nothing; the key lets a retry post once. */
  async send(form) {
    if (this.#sending) return;
    const { said } = this.#comments;
    this.#sending = true;
    clearInterval(this.#countdown);
    form.setAttribute("aria-busy", "true");
    this.#comments.say(said.sending);
    try {
      this.#keepDraft();
      const { draft } = kept(this.#comments.key);
      const body = new URLSearchParams(new FormData(form));
      body.set("idempotency_key", draft?.key ?? body.get("idempotency_key") ?? chance());
      body.set("author_key", this.#author());
      const response = await fetch(this.#comments.address("comments"), { method: "POST", body });
      if (response.headers.has("Parley-Comment")) await this.#accepted(response);
      else if (response.headers.has("Parley-Form")) await this.#returned(response);
      else this.#failed(response);
    } catch {
      this.#failed();
    } finally {
      this.#sending = false;
      form.removeAttribute("aria-busy");
    }
  }

  /** Ask what became of one's own comments that waited, and show them to their author. */
  async look() {
    const { own = [] } = kept(this.#comments.key);
    for (const { id, token } of own) {
      const address = this.#comments.address(`comments/${id}`, { lang: this.#comments.named.lang });
      const response = await fetch(address, { headers: { "Parley-Author-Token": token } }).catch(() => null);
      if (!response || response.status === 429 || response.status >= 500) return;
      const outcome = response.headers.get("Parley-Outcome");
      if (outcome !== "held") this.#forget(id);
      if (response.ok) this.#place(this.#comments.parse(await response.text()).querySelector(".parley-comment"), outcome);
    }
  }

  async #accepted(response) {
    const id = response.headers.get("Parley-Comment");
    const outcome = response.headers.get("Parley-Outcome");
    const state = kept(this.#comments.key);
    const own = [...(state.own ?? []), { id, token: response.headers.get("Parley-Author-Token") }];
    keep(this.#comments.key, outcome === "published" ? { ...(state.own && { own: state.own }) } : { own });
    const comment = this.#comments.parse(await response.text()).querySelector(".parley-comment");
    this.#moveBack();
    this.#form.elements.body.value = "";
    this.#respond.querySelector(".parley-problem")?.remove();
    this.#respond.querySelectorAll("[aria-invalid]").forEach((field) => field.removeAttribute("aria-invalid"));
    this.#respond.querySelectorAll(".parley-fault").forEach((fault) => fault.remove());
    this.#place(comment, outcome).focus();
    this.#comments.say(this.#comments.said[outcome] ?? this.#comments.said.refused);
    if (outcome === "published") await this.#comments.refresh();
  }

  /** The form came back with what is wrong. It stands where it stood, and the first fault gets the focus. */
  async #returned(response) {
    const fresh = this.#comments.parse(await response.text()).querySelector(".parley-respond");
    const cancel = this.#respond.querySelector(".parley-cancel");
    if (cancel && !fresh.querySelector(".parley-cancel")) fresh.querySelector(".parley-heading").after(cancel);
    fresh.querySelector("[data-act=save]").checked = this.#save.checked;
    this.#respond.replaceWith(fresh);
    this.#comments.say("");
    (fresh.querySelector("[aria-invalid]") ?? fresh.querySelector(".parley-problem"))?.focus();
    this.#wait(Number(response.headers.get("Retry-After")));
  }

  #failed(response) {
    const seconds = Number(response?.headers.get("Retry-After"));
    this.#comments.say(this.#comments.said.offline);
    this.#form.querySelector("[type=submit]").textContent = this.#comments.said.again;
    this.#wait(seconds);
  }

  /** Count down until the next try is welcome. */
  #wait(seconds) {
    const { said, thread } = this.#comments;
    const ends = Date.now() + seconds * 1000;
    const tell = () => {
      const left = Math.ceil((ends - Date.now()) / 1000);
      if (left <= 0) clearInterval(this.#countdown);
      const form = said.wait[new Intl.PluralRules(thread.lang).select(left)] ?? said.wait.other;
      this.#comments.say(left > 0 ? form.replace("{count}", new Intl.NumberFormat(thread.lang).format(left)) : said.again);
    };
    if (!seconds) return;
    tell();
    this.#countdown = setInterval(tell, 1000);
  }

  /** Show *comment* to its author: below what it answers, else where new ones go. */
  #place(comment, outcome) {
    const list = this.#comments.thread.querySelector(".parley-comments");
    const known = list.querySelector(`#${comment.id}`);
    if (outcome !== "published") comment.dataset.own = outcome;
    comment.source = comment.outerHTML;
    const parent = list.querySelector(`#parley-${CSS.escape(comment.dataset.parent || "none")}`);
    let last = parent;
    while (last?.nextElementSibling && this.#depth(last.nextElementSibling) > this.#depth(parent)) last = last.nextElementSibling;
    if (known) known.replaceWith(comment);
    else last ? last.after(comment) : list.append(comment);
    this.#comments.tellTimes();
    return comment;
  }

  #depth(comment) { return Number(/parley-depth-(\d+)/.exec(comment.className)[1]); }

  #move(comment) {
    const { said } = this.#comments;
    const name = comment.querySelector(".parley-author").textContent;
    comment.append(this.#respond);
    this.#set("parent_id", comment.dataset.id);
    this.#respond.querySelector(".parley-heading").textContent = said.leave_reply_to.replace("{name}", name);
    if (this.#respond.querySelector(".parley-cancel")) return;
    const cancel = Object.assign(document.createElement("p"), { className: "parley-cancel" });
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: said.cancel_reply });
    button.dataset.act = "cancel";
    cancel.append(button);
    this.#respond.querySelector(".parley-heading").after(cancel);
  }

  #moveBack() {
    this.#comments.thread.append(this.#respond);
    this.#set("parent_id", "");
    this.#respond.querySelector(".parley-heading").textContent = this.#comments.said.leave_comment;
    this.#respond.querySelector(".parley-cancel")?.remove();
  }

  /** The value of a hidden field, set first if *value* is given. */
  #set(name, value) {
    let field = this.#form.elements[name];
    if (!field) {
      field = Object.assign(document.createElement("input"), { type: "hidden", name });
      this.#form.append(field);
    }
    if (value !== undefined) field.value = value;
    return field.value;
  }

  #keepDraft() {
    const { body, name, email, website } = this.#form.elements;
    const state = kept(this.#comments.key);
    const draft = { key: state.draft?.key ?? chance(), parent: this.#set("parent_id") };
    for (const field of [body, name, website]) draft[field.name] = field.value;
    if (this.#save.checked) draft.email = email.value;
    keep(this.#comments.key, { ...state, draft });
    if (this.#save.checked) this.#keepDetails();
  }

  #keepDetails() {
    const { name, email, website } = this.#form.elements;
    keep(DETAILS, this.#save.checked ? { name: name.value, email: email.value, website: website.value } : {});
    if (!this.#save.checked) this.#keepDraft();
  }

  #forget(id) {
    const state = kept(this.#comments.key);
    const own = (state.own ?? []).filter((each) => each.id !== id);
    delete state.own;
    keep(this.#comments.key, own.length ? { ...state, own } : state);
  }

  /** The key that this browser is known by to this site: earlier approvals count for it. */
  #author() {
    const { key = chance() } = kept(AUTHOR);
    keep(AUTHOR, { key });
    return key;
  }
}
