/* How many comments each linked page has, in one request, for index pages:

     <script type="module" src="https://comments.example.org/embed/v1/counts.js"></script>
     <a href="/article" data-parley-count data-parley-site="news"></a>

   The text goes into the element: "3 comments". */

const HOME = new URL("./", import.meta.url).href;
const AT_ONCE = 100;

const bySite = new Map();
for (const each of document.querySelectorAll("[data-parley-count]")) {
  const site = each.dataset.parleySite;
  bySite.set(site, [...(bySite.get(site) ?? []), each]);
}

for (const [site, elements] of bySite) {
  for (let first = 0; first < elements.length; first += AT_ONCE) {
    const some = elements.slice(first, first + AT_ONCE);
    const address = new URL(`sites/${encodeURIComponent(site)}/counts`, HOME);
    address.searchParams.set("lang", document.documentElement.lang);
    some.forEach((each) => address.searchParams.append("thread_url", each.dataset.parleyCount || each.href));
    const response = await fetch(address).catch(() => null);
    if (!response?.ok) continue;
    const counts = await response.json();
    some.forEach((each, at) => { each.textContent = counts[at].text; });
  }
}
