// The pages are complete without this script; it only improves them. Every part finds its elements by data attributes,
// and works again on content that has been swapped in.
import { enhanceCounters } from "./ts/counter";
import { enhanceFilters } from "./ts/filter";
import { watchForms } from "./ts/form";
import { guard } from "./ts/guard";
import { watchIdle } from "./ts/idle";
import { goOnward } from "./ts/onward";
import { pollStatus, refreshImages } from "./ts/poll";
import { enhancePositions } from "./ts/position";
import { enhancePrices } from "./ts/prices";
import { onSwap } from "./ts/swap";

document.documentElement.classList.add("js");

function enhance(root: ParentNode): void {
  enhanceCounters(root);
  enhanceFilters(root);
  enhancePrices(root);
  enhancePositions(root);
}

enhance(document);
onSwap(enhance);
watchForms();
guard(); // last: it counts what nobody else has taken over
watchIdle();
refreshImages();
pollStatus();
goOnward();
