// How many characters are left of a text: seen at once, heard when one pauses.

export function enhanceCounters(root: ParentNode): void {
  root.querySelectorAll<HTMLElement>("[data-counter]").forEach((note) => {
    const field = document.getElementById(note.id.replace(/[.-]counter$/, "")) as HTMLTextAreaElement | null;
    if (!field) return;
    const max = Number(note.dataset.counter);
    const spoken = document.createElement("span");
    spoken.className = "ds-sr-only";
    spoken.setAttribute("role", "status");
    note.after(spoken);
    let timer = 0;
    const show = (): string => {
      const left = max - Array.from(field.value).length; // characters, not UTF-16 units
      note.textContent = ((left < 0 ? note.dataset.over : note.dataset.left) ?? "").replace("{n}", String(Math.abs(left)));
      return note.textContent;
    };
    show();
    field.addEventListener("input", () => {
      const text = show();
      clearTimeout(timer);
      timer = window.setTimeout(() => (spoken.textContent = text), 1200);
    });
  });
}
