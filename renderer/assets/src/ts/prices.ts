// The sum of what is chosen, as one chooses. The server has written it already, of what was stored.

export function enhancePrices(root: ParentNode): void {
  root.querySelectorAll<HTMLElement>("[data-prices]").forEach((box) => {
    const sum = box.querySelector<HTMLOutputElement>("output[data-sum]");
    if (!sum) return;
    const show = money(sum.dataset.sum ?? "");
    const reckon = (): void => {
      let total = 0; // whole öre
      box.querySelectorAll<HTMLInputElement>("input[data-price]:checked").forEach((i) => (total += Number(i.dataset.price)));
      box.querySelectorAll<HTMLElement>("[data-each]").forEach((each) => {
        const n = Number((each.querySelector("input")?.value ?? "").replace(/\s/g, "").replace(",", "."));
        if (Number.isFinite(n)) total += Math.trunc(n * Number(each.dataset.each));
      });
      sum.value = show(total);
    };
    box.addEventListener("input", reckon);
    box.addEventListener("change", reckon);
  });
}

/** Writes öre as the language does, by an example: how it writes 1234.56, and so what stands around and between. */
function money(example: string): (ore: number) => string {
  const [, before = "", group = "", point = ",", after = ""] = /^(\D*)1(\D*)234(\D+)56(.*)$/s.exec(example) ?? [];
  return (ore) => {
    const kronor = String(Math.trunc(Math.abs(ore) / 100)).replace(/\B(?=(\d{3})+$)/g, group);
    const rest = Math.abs(ore) % 100;
    return (ore < 0 ? "−" : "") + before + kronor + (rest ? point + String(rest).padStart(2, "0") : "") + after;
  };
}
