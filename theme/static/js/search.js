const one = (selector) => document.querySelector(selector);
const input = one("main [name=q]");
let pagefind;

function item({ url, meta, excerpt }) {
  const made = one("template").content.cloneNode(true);
  const [link, words, topic] = made.querySelectorAll("a, p");
  const { body } = new DOMParser().parseFromString(excerpt, "text/html");
  for (const other of body.querySelectorAll(":not(mark)")) other.remove();
  link.href = url;
  link.append(meta.title);
  words.append(...body.childNodes);
  topic.textContent = meta.topic;
  return made;
}

async function search() {
  const query = input.value.trim();
  let [said, shown] = ["", []];
  try {
    if (query) {
      pagefind ??= import(new URL("../../pagefind/pagefind.js", import.meta.url)).then(
        ({ createInstance }) => createInstance({ noWorker: true }),
      );
      const found = await (await pagefind).debouncedSearch(query);
      if (!found) return;
      shown = await Promise.all(found.results.slice(0, 20).map((each) => each.data()));
      const [all, few] = [found.results.length, shown.length];
      said = `${all || "Nothing"} found for “${query}”${all > few ? `, the best ${few} shown` : ""}`;
    }
  } catch {
    said = "Search failed";
  }
  if (query !== input.value.trim()) return;
  one("[role=status]").textContent = said;
  one(".search-results").replaceChildren(...shown.map(item));
  history.replaceState(null, "", `?q=${encodeURIComponent(query)}`);
}

input.oninput = search;
input.form.onsubmit = () => false;
input.value ||= new URLSearchParams(location.search).get("q");
if (input.value) search();
