// Runs once for each of the Submit page's parts, with that part's `element`, `trigger` and `watch` (gr.HTML).
const offer = (name, text) => {
  const url = URL.createObjectURL(new Blob([text], { type: "text/plain;charset=utf-8" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000); // the browser has begun to save it by then
};

// What scripts say in the language of the page; see echomind/ui/language.py.
const word = (text) => window.emWords?.[text] ?? text;

// Without https there is no clipboard; then the text is selected, to be copied by hand.
const copy = async (button) => {
  const from = document.getElementById(button.dataset.copy);
  const words = button.textContent;
  try {
    await navigator.clipboard.writeText(from.dataset.text ?? from.textContent);
    button.textContent = word("Copied");
  } catch {
    window.getSelection().selectAllChildren(from);
    button.textContent = word("Selected: copy it now");
  }
  setTimeout(() => { button.textContent = words; }, 2_000);
};

element.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.dataset.download) offer(button.dataset.download, document.getElementById(button.dataset.from).dataset.text);
  if (button.dataset.copy) copy(button);
  if (button.dataset.remove) trigger("select", { remove: button.dataset.remove });
});

// A file that is too large is refused before it is sent. The server refuses it too, with its answer 413.
const size = element.querySelector("[data-limit]");
if (size) {
  const say = (names) => {
    size.hidden = !names;
    if (names) size.textContent = `${names}${word(": larger than ")}${size.dataset.words}${word(". Send it as a zip, or without sound.")}`;
  };
  const guard = (event) => {
    if (!event.target.closest?.("#submit-files")) return;
    const files = [...(event.dataTransfer?.files ?? event.target.files ?? [])];
    const large = files.filter((file) => file.size > Number(size.dataset.limit));
    say(large.map((file) => file.name).join(", "));
    if (!large.length) return;
    event.stopImmediatePropagation();
    event.preventDefault();
    if (event.target.value) event.target.value = "";
  };
  document.addEventListener("change", guard, true);
  document.addEventListener("drop", guard, true);
  window.addEventListener("em-too-large", () => say(word("A file")));
}

// Whether the server can be reached, said in one calm line in place of gradio's own red ones.
const line = element.querySelector("[data-connection]");
if (line && !window.emReach) {
  const told = (there) => {
    if (line.hidden === there) return;
    line.hidden = there;
    if (there) document.querySelectorAll(".toast-close").forEach((button) => button.click());
    document.documentElement.classList.toggle("em-offline", !there);
  };
  const reach = window.fetch;
  window.emReach = true;
  window.fetch = async (...request) => {
    try {
      const answer = await reach(...request);
      if (answer.status === 413) window.dispatchEvent(new Event("em-too-large"));
      told(true);
      return answer;
    } catch (fault) {
      if (fault.name !== "AbortError") told(false);
      throw fault;
    }
  };
  window.addEventListener("offline", () => told(false));
  window.addEventListener("online", () => told(true));
  told(navigator.onLine);
}
