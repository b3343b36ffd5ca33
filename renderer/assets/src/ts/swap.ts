// Swapping: the server answers with a whole page, of which the content of <main> is taken. Focus and what was typed
// while the answer was under way stay.

type Enhancer = (root: ParentNode) => void;
type Control = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

const enhancers: Enhancer[] = [];

export function onSwap(e: Enhancer): void {
  enhancers.push(e);
}

export function main(): HTMLElement {
  return document.getElementById("main")!;
}

/** What each control held when the request was sent, to find what has been typed since. */
export function snapshot(form: HTMLFormElement): Map<string, string> {
  const held = new Map<string, string>();
  for (const c of controls(form)) held.set(c.id, state(c));
  return held;
}

/**
 * Takes over the content of a page that the server answered with. When it is another page than the one we are on (the
 * login has expired, the form has moved on) the browser goes there instead.
 */
export function take(html: string, url: string, form: HTMLFormElement, held: Map<string, string>, focusId = ""): void {
  const next = new DOMParser().parseFromString(html, "text/html");
  const incoming = next.getElementById("main");
  const same = incoming?.querySelector(`form[data-form="${CSS.escape(form.dataset.form ?? "")}"]`);
  if (!incoming || !same) {
    location.assign(url);
    return;
  }
  for (const c of controls(form)) {
    const before = held.get(c.id);
    if (before === undefined || before === state(c)) continue;
    const there = next.getElementById(c.id) as Control | null;
    if (there) restore(there, c);
  }
  const active = document.activeElement as HTMLElement | null;
  const id = focusId || active?.id || "";
  const caret = active instanceof HTMLInputElement && active.type === "text" ? active.selectionStart : null;
  const top = window.scrollY;
  main().replaceChildren(...incoming.childNodes);
  document.title = next.title;
  for (const e of enhancers) e(main());
  const problems = document.getElementById("problems");
  const target = (id && document.getElementById(id)) || problems;
  if (target) {
    target.focus({ preventScroll: !focusId });
    if (caret !== null && target instanceof HTMLInputElement && target.type === "text") target.setSelectionRange(caret, caret);
  }
  if (!focusId) window.scrollTo({ top, behavior: "instant" });
}

export function controls(form: HTMLFormElement): Control[] {
  return Array.from(form.querySelectorAll<Control>("input[id], textarea[id], select[id]")).filter((c) => c.type !== "file");
}

function state(c: Control): string {
  return c instanceof HTMLInputElement && (c.type === "checkbox" || c.type === "radio") ? String(c.checked) : c.value;
}

function restore(to: Control, from: Control): void {
  if (to instanceof HTMLInputElement && from instanceof HTMLInputElement) to.checked = from.checked;
  if (to.type !== "checkbox" && to.type !== "radio") to.value = from.value;
}
