// The page before a provider's: the form or link that leads there is followed at once.

/** [data-go-on]: a form is posted, a link followed, when the page is come to for the first time. Whoever goes back to it has a button. */
export function goOnward(): void {
  const [visit] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
  if (visit && visit.type !== "navigate") return;
  const way = document.querySelector<HTMLElement>("[data-go-on]");
  if (way instanceof HTMLFormElement) way.submit();
  if (way instanceof HTMLAnchorElement) location.assign(way.href);
}
