// What gradio's frame around the pages leaves out: a way past the links, names for the tab, a state for the current link,
// the scheme of the address on every page, and lists that Tab does not fall into. Runs once, when the frame is there.
(() => {
  if (window.echomindFrame) return;
  window.echomindFrame = true;
  const SITE = "EchoMind";
  const scheme = new URLSearchParams(location.search).get("__theme");
  // Who comes to the board by a link never sees its first view: assets/board.js takes this off when the other is there.
  if (/\/leaderboard\/?$/.test(location.pathname) && /[?&](?!__)[^&]/.test(location.search)) {
    document.documentElement.classList.add("em-arriving");
  }

  const skip = document.createElement("a");
  skip.className = "em-skip";
  skip.textContent = "Skip to content";
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
    if (pages && !pages.hasAttribute("aria-label")) pages.setAttribute("aria-label", "Pages");
    pages?.querySelectorAll("a.active:not([aria-current])").forEach((link) => link.setAttribute("aria-current", "page"));
    // An open list that scrolls would take the focus from its box and vanish with it: the arrow keys walk it.
    document.querySelectorAll("ul.options:not([tabindex]), ul.option-list:not([tabindex])").forEach((list) => {
      list.tabIndex = -1;
    });
  };

  // Gradio takes the scheme from the address alone, and its links drop it.
  if (scheme === "dark" || scheme === "light") {
    addEventListener("click", (event) => {
      const link = event.target.closest?.("a[href]");
      if (!link || link.origin !== location.origin || link.pathname === location.pathname) return;
      const to = new URL(link.href);
      if (!to.searchParams.has("__theme")) to.searchParams.set("__theme", scheme);
      link.href = to.href;
    }, true);
  }

  complete();
  new MutationObserver(complete).observe(document.documentElement, { childList: true, subtree: true });
})();
