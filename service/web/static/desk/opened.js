/* One comment on a page of its own: its keys press the page's own buttons, its lease lasts while one works. */

import { Keys } from "./keys.js";
import { Leases } from "./leases.js";
import { selected } from "./selection.js";

const page = document.querySelector(".desk-opened");

if (page) {
  const help = document.querySelector("#desk-help");
  new Keys(help, (act, number) => {
    if (act === "help") return help.showModal() ?? true;
    if (act === "note") return page.querySelector("[name=note]")?.focus() ?? true;
    const pressed = act === "rule" ? page.querySelector(`[name=rule][value="${number}"]`) : page.querySelector(`[data-act=${act}]`);
    pressed?.closest("details")?.setAttribute("open", "");
    pressed?.click();
    return Boolean(pressed);
  });
  page.addEventListener("change", (event) => {
    if (event.target.name === "rule") page.querySelector(".desk-picked").textContent = event.target.value ? `: ${event.target.dataset.name}` : "";
  });
  // Giving back comes before a decision that leaves the page, so that the form proves the lease no more than it must.
  const lease = page.querySelector("[name=lease]");
  const leases = new Leases(() => {});
  leases.at(page);
  page.addEventListener("submit", () => {
    lease.value = "";
    leases.done(page);
  });
  selected(() => page);
  for (const live of document.querySelectorAll("[data-live]")) live.hidden = false;
  document.documentElement.classList.add("live");
}
