// What gradio's frame around the pages leaves out: a way past the links, names for the tab, a state for the current link,
// the scheme and language of the address on every page, the choice of a language, and lists that Tab does not fall into.
// Runs once, when the frame is there.
(() => {
  if (window.echomindFrame) return;
  window.echomindFrame = true;
  const SITE = "EchoMind";
  const asked = new URLSearchParams(location.search);
  const scheme = asked.get("__theme");
  const word = (text) => window.emWords?.[text] ?? text;

  // The server says the language of a page: of the address, else of the browser. What a visitor chose once is kept here
  // and put into addresses that name none.
  const shown = document.documentElement.lang.slice(0, 2);
  const chosen = {
    get() { try { return localStorage.getItem("echomind-language"); } catch { return null; } },
    set(language) { try { localStorage.setItem("echomind-language", language); } catch { /* then the address alone */ } },
  };
  const withLanguage = (address, language) => {
    const to = new URL(address, location.href);
    to.searchParams.set("__lang", language);
    return to.href;
  };
  const kept = chosen.get();
  if (!asked.has("__lang") && ["en", "zh"].includes(kept) && kept !== shown) {
    location.replace(withLanguage(location.href, kept));
  }
  const other = shown === "zh" ? { code: "en", tag: "en", name: "English" } : { code: "zh", tag: "zh-CN", name: "中文" };
  const language = document.createElement("a");
  Object.assign(language, { className: "em-language", lang: other.tag, hreflang: other.tag, textContent: other.name });
  language.href = withLanguage(location.href, other.code);
  language.addEventListener("click", () => {
    chosen.set(other.code);
    language.href = withLanguage(location.href, other.code); // the view in the address may be another by now
  });
  // Who comes to the board by a link never sees its first view: assets/board.js takes this off when the other is there.
  if (/\/leaderboard\/?$/.test(location.pathname) && /[?&](?!__)[^&]/.test(location.search)) {
    document.documentElement.classList.add("em-arriving");
  }

  const skip = document.createElement("a");
  skip.className = "em-skip";
  skip.textContent = word("Skip to content");
  skip.href = `${location.pathname}${location.search}#em-main`; // not "#em-main": the page has a <base>
  skip.addEventListener("click", (event) => {
    const main = document.querySelector("main");
    if (!main) return;
    event.preventDefault();
    main.focus();
    main.scrollIntoView();
  });

  // A page may have named its tab itself; gradio names all of them alike.
  const name = () => {
    const heading = document.querySelector("main h1")?.textContent.trim();
    if (heading && document.title === SITE) document.title = `${heading} · ${SITE}`;
  };

  const complete = () => {
    name();
    const main = document.querySelector("main:not(#em-main)");
    if (main) Object.assign(main, { id: "em-main", tabIndex: -1 });
    const pages = document.querySelector(".nav-holder nav");
    if (pages && !pages.contains(skip)) pages.prepend(skip);
    if (pages && !pages.contains(language)) pages.append(language);
    if (pages && !pages.hasAttribute("aria-label")) pages.setAttribute("aria-label", word("Pages"));
    pages?.querySelectorAll("a.active:not([aria-current])").forEach((link) => link.setAttribute("aria-current", "page"));
    // An open list that scrolls would take the focus from its box and vanish with it: the arrow keys walk it.
    document.querySelectorAll("ul.options:not([tabindex]), ul.option-list:not([tabindex])").forEach((list) => {
      list.tabIndex = -1;
    });
  };

  // Gradio takes the scheme from the address alone, and its links drop it; so they do with the language.
  const carried = ["__theme", "__lang"].filter((name) => asked.has(name));
  if (carried.length) {
    addEventListener("click", (event) => {
      const link = event.target.closest?.("a[href]");
      if (!link || link.origin !== location.origin || link.pathname === location.pathname) return;
      const to = new URL(link.href);
      carried.filter((name) => !to.searchParams.has(name)).forEach((name) => to.searchParams.set(name, asked.get(name)));
      link.href = to.href;
    }, true);
  }

  complete();
  new MutationObserver(complete).observe(document.documentElement, { childList: true, subtree: true });
})();
