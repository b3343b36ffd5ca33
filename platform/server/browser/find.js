// What a person would look for: things by what they are called and where they are on the screen.
const squeeze = s => (s || "").replace(/\s+/g, " ").trim();
const shown = e => e.getClientRects().length > 0 && getComputedStyle(e).visibility !== "hidden";
const called = e => squeeze(e.getAttribute("aria-label") || e.innerText || e.textContent);
// best finds by the whole name, else by its beginning, else by a part of it.
const best = (list, name, of) => {
  const fits = [n => n === name, n => n.startsWith(name), n => n.includes(name)];
  for (const fit of fits) {
    const found = list.find(e => fit(of(e)));
    if (found) return found;
  }
  return null;
};
const press = name => best([...document.querySelectorAll("a[href], button, summary, [role=button]")].filter(e => shown(e) && !e.closest("[aria-hidden=true]")), name, called);
// scope and label: "legend › label" looks within the fieldset, section or row that is called so.
const within = path => {
  const parts = path.split(" › ");
  let root = document;
  for (const part of parts.slice(0, -1)) {
    const groups = [...root.querySelectorAll("fieldset, section, article, tr")].filter(shown);
    const head = g => squeeze((g.querySelector("legend, h2, h3, th[scope=row]") || g).innerText);
    root = best(groups, part, head) || root;
  }
  return [root, parts[parts.length - 1]];
};
const control = (path, selector) => {
  const [root, name] = within(path);
  const labelled = [...root.querySelectorAll(selector)].filter(e => e.type === "radio" || e.type === "checkbox" || e.type === "file" || shown(e));
  return best(labelled, name, e => squeeze(e.getAttribute("aria-label") || [...(e.labels || [])].map(l => l.innerText).join(" ")));
};
const field = path => control(path, "input:not([type=radio]):not([type=checkbox]):not([type=hidden]):not([type=file]), textarea");
const box = path => {
  const e = control(path, "input[type=radio], input[type=checkbox]");
  return e && (e.labels && e.labels[0] && shown(e.labels[0]) ? e.labels[0] : e);
};
const pick = (path, option) => {
  const list = control(path, "select");
  if (!list) return "no such list";
  const found = best([...list.options], option, o => squeeze(o.text));
  if (!found) return "no such choice among " + [...list.options].map(o => o.text).join(", ");
  list.focus();
  list.value = found.value;
  list.dispatchEvent(new Event("input", { bubbles: true }));
  list.dispatchEvent(new Event("change", { bubbles: true }));
  return "";
};
// enter writes into a field whose parts the browser draws itself.
const enter = (e, day) => {
  if (!e || e.type !== "date") return false;
  e.value = day;
  e.dispatchEvent(new Event("input", { bubbles: true }));
  e.dispatchEvent(new Event("change", { bubbles: true }));
  return true;
};
// aim scrolls to a thing and says where it is, or why it cannot be clicked there.
const aim = e => {
  if (!e) return { X: 0, Y: 0, Fault: "there is no such thing" };
  e.scrollIntoView({ block: "center", behavior: "instant" });
  const r = [...e.getClientRects()].find(r => r.width > 0 && r.height > 0);
  if (!r) return { X: 0, Y: 0, Fault: "it cannot be seen" };
  const x = r.left + Math.min(r.width / 2, 40), y = r.top + r.height / 2;
  const top = document.elementFromPoint(x, y);
  const label = top && top.closest("label");
  if (!top || !(e === top || e.contains(top) || (label && label.control === e))) return { X: 0, Y: 0, Fault: "it is covered by " + (top ? top.outerHTML.slice(0, 200) : "nothing") };
  if (e.disabled) return { X: 0, Y: 0, Fault: "it is disabled" };
  return { X: x, Y: y, Fault: "" };
};
// The focus: what it is on, whether that can be seen, and whether it went forwards.
const focusName = e => squeeze(e.getAttribute("aria-label") || [...(e.labels || [])].map(l => l.innerText).join(" ") || e.innerText);
const named = name => focusName(document.activeElement).startsWith(name);
// fits: the thing itself, or for radios any of the same question, since Tab comes to one of them only.
const fits = name => {
  const e = document.activeElement;
  if (named(name)) return true;
  if (e.type !== "radio") return false;
  return [...document.querySelectorAll("input[type=radio]")].some(r => r.name === e.name && focusName(r).startsWith(name));
};
const focused = () => {
  const e = document.activeElement, from = window.stFrom;
  if (!e || e === document.body) return { Name: "", Kind: "", Seen: true, Before: false, Out: true };
  const marked = x => { const s = getComputedStyle(x); return (s.outlineStyle !== "none" && parseFloat(s.outlineWidth) > 0) || s.boxShadow !== "none"; };
  const r = e.getBoundingClientRect();
  const at = document.elementFromPoint(r.left + Math.min(r.width / 2, 20), r.top + r.height / 2);
  const open = at && (at === e || e.contains(at) || at.contains(e) || (e.labels && [...e.labels].some(l => l.contains(at))));
  const before = from && from !== document.body && from.isConnected && !!(from.compareDocumentPosition(e) & Node.DOCUMENT_POSITION_PRECEDING);
  const last = [...document.querySelectorAll("a[href], button, input, select, textarea, summary")].filter(shown).pop();
  return { Name: focusName(e), Kind: e.tagName + " " + (e.type || ""), Seen: [e, e.parentElement, ...(e.labels || [])].some(marked) && !!open,
    Before: before && from !== last && !from.contains(last), Out: false };
};
// shape is all of a page that an inspection can tell apart: elements, their classes, roles and states, whether a name is given and what refers
// to it is there, one for several alike in a row. It has no words, numbers, names of fields or addresses in it.
const shape = (() => {
  const ids = {}, named = /^(alt|aria-label|content|placeholder|src|title|value)$/, free = /^(action|formaction|name|nonce|integrity|d|points|viewBox|datetime|checked|selected)$/;
  for (const e of document.querySelectorAll("[id]")) ids[e.id] = (ids[e.id] || 0) + 1;
  const there = id => Math.min(ids[id] || 0, 2);
  const refers = /^(for|list|form|aria-(labelledby|describedby|controls|owns|details|errormessage|activedescendant))$/;
  const attribute = ({ name, value }) => {
    if (free.test(name)) return "";
    if (name === "id") return " id" + there(value);
    if (name === "href") return value.startsWith("#") ? " #" + there(value.slice(1)) : " href";
    if (refers.test(name)) return " " + name + value.split(/\s+/).map(there);
    if (named.test(name)) return " " + name + (value.trim() ? "=x" : "");
    if (name.startsWith("data-") && !/^data-(color|size|variant)$/.test(name)) return " " + name; // these say how it looks
    return " " + name + "=" + value.replace(/\d+/g, "");
  };
  return node => {
    if (node.nodeType === Node.TEXT_NODE) return node.data.trim() ? "x" : "";
    if (node.nodeType !== Node.ELEMENT_NODE) return "";
    let inside = "", last = "";
    for (const child of node.tagName === "SCRIPT" || node.tagName === "STYLE" ? [] : node.childNodes) {
      const s = shape(child);
      if (s && s !== last) inside += s;
      last = s || last;
    }
    return "<" + node.localName + [...node.attributes].map(attribute).sort().join("") + ">" + inside + "</>";
  };
})();
