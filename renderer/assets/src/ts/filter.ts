// A search box above a long list of options. The list stays a select: what is found is chosen in the usual way.

export function enhanceFilters(root: ParentNode): void {
  root.querySelectorAll<HTMLSelectElement>("select[data-filter]").forEach((select) => {
    const all = Array.from(select.options);
    const whole = Array.from(select.children); // with its headings
    whole.forEach((group, i) => {
      if (group instanceof HTMLOptGroupElement) for (const o of group.querySelectorAll("option")) o.dataset.under = String(i + 1);
    });
    const box = document.createElement("input");
    box.type = "search";
    box.className = "ds-input st-filter";
    box.placeholder = select.dataset.filter ?? "";
    box.setAttribute("aria-label", `${select.labels[0]?.textContent?.trim() ?? ""}: ${select.dataset.filter ?? ""}`);
    box.setAttribute("aria-controls", select.id);
    box.autocomplete = "off";
    const status = document.createElement("span");
    status.className = "ds-sr-only";
    status.setAttribute("role", "status");
    select.before(box, status);
    box.addEventListener("keydown", (e) => {
      if (e.key === "Enter") e.preventDefault(); // the first hit is chosen; the page is not sent
    });
    box.addEventListener("input", () => {
      const words = box.value.toLocaleLowerCase().split(/\s+/);
      const chosen = select.value;
      const hits = all.filter((o) => o.value === "" || words.every((w) => o.text.toLocaleLowerCase().includes(w)));
      if (box.value.trim() === "") {
        for (const o of all) if (o.dataset.under) (whole[Number(o.dataset.under) - 1] as HTMLElement).append(o);
        select.replaceChildren(...whole);
      } else select.replaceChildren(...hits);
      const found = hits.filter((o) => o.value !== "");
      if (hits.some((o) => o.value === chosen && chosen !== "")) select.value = chosen;
      else if (found.length === 1 && box.value) select.value = found[0]!.value;
      else select.value = "";
      if (select.value !== chosen) select.dispatchEvent(new Event("change", { bubbles: true }));
      status.textContent = found.length === 1 ? (select.dataset.one ?? "") : (select.dataset.other ?? "").replace("{n}", String(found.length));
    });
  });
}
