// A form is sent once, however often the button is pressed. The server keeps it so too; this spares the wait.

export function guard(): void {
  const sent = new Set<HTMLFormElement>();
  document.addEventListener("submit", (e) => {
    const form = e.target as HTMLFormElement;
    if (form.method !== "post") return;
    if (sent.has(form)) {
      e.preventDefault();
      return;
    }
    if (e.defaultPrevented) return;
    sent.add(form);
    e.submitter?.setAttribute("aria-busy", "true");
    setTimeout(() => sent.delete(form), 10_000); // an answer that never came
  });
  window.addEventListener("pageshow", () => {
    sent.clear();
    document.querySelectorAll("button[aria-busy]").forEach((b) => b.removeAttribute("aria-busy"));
  });
}
