"""What keeps a page as its visitor left it while results change below it, in the browser's own language.

Gradio draws a component anew by making the old elements like the new ones, first to first and second to second: a row
that comes in on top moves all others by one, the focus stays on its place and not on its row, and what was opened
closes. These scripts note what the visitor looks at and put it back.
"""

from __future__ import annotations

LOOK_S = 4.0  # how often a page asks whether results have changed
SHARED_S = 1.0  # within which all pages share one look: many visitors cost as much as one

# A click on a button of the table becomes an event of the component. Another board begins at its top left; a sorted one
# stays where it was scrolled to; one with new rows keeps the row that was at the top, and the focus on its row.
BOARD_SCRIPT = """
const frame = () => element.querySelector('.em-scroll');
element.addEventListener('click', (event) => {
  const button = event.target.closest('button');
  if (button?.dataset.sort) trigger('select', {sort: button.dataset.sort});
  if (button?.dataset.download) trigger('download', {kind: button.dataset.download});
});
const place = (row) => row.getBoundingClientRect().top - frame().querySelector('thead').getBoundingClientRect().bottom;
let seen = {}, waiting = false, focused = null;
const note = () => {
  waiting = false;
  const shown = frame();
  if (!shown) return;
  const row = [...shown.querySelectorAll('tr[data-row]')].find((row) => place(row) + row.offsetHeight > 0);
  seen = {...shown.dataset, scrolled: shown.scrollTop > 0, row: row?.dataset.row, at: row ? place(row) : 0};
};
note();
element.addEventListener('scroll', () => {
  if (!waiting) requestAnimationFrame(note);
  waiting = true;
}, true);
const stops = (row) => [...row.querySelectorAll('a, button')];
element.addEventListener('focusin', (event) => {
  const row = event.target.closest('tr[data-row]');
  focused = row && {row: row.dataset.row, stop: stops(row).indexOf(event.target)};
});
element.addEventListener('focusout', (event) => { if (event.relatedTarget) focused = null; });
const find = (slug) => [...element.querySelectorAll('tr[data-row]')].find((row) => row.dataset.row === slug);
watch('value', () => {
  const shown = frame();
  if (!shown) return;
  const row = seen.row && find(seen.row);
  if (shown.dataset.board !== seen.board) shown.scrollTo(0, 0);
  else if (shown.dataset.view === seen.view && seen.scrolled && row) shown.scrollTop += place(row) - seen.at;
  const active = document.activeElement;
  if (focused && (active === document.body || element.contains(active))) {
    const own = find(focused.row);
    (own && stops(own)[focused.stop] || shown).focus({preventScroll: true});
  }
  note();
});
"""

# What the visitor opened or closed stays so.
KEEP_SCRIPT = """
const open = new Map();
const key = (details) => details.dataset.keep ?? details.querySelector('summary')?.textContent;
element.addEventListener('toggle', (event) => open.set(key(event.target), event.target.open), true);
watch('value', () => element.querySelectorAll('details').forEach((details) => {
  if (open.has(key(details))) details.open = open.get(key(details));
}));
"""

# A file that was made for the visitor goes straight to the disk: nothing of it stays on the server.
SAVE = """
(made) => {
  if (!made) return '';
  const file = JSON.parse(made);
  const address = URL.createObjectURL(new Blob([file.text], {type: file.type}));
  const link = document.createElement('a');
  link.href = address;
  link.download = file.name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60000);
  return '';
}
"""
