package caseload

import "samtjanst/platform/flow"

// The real use cases have all that the pages ask for.
var _ Flow = (*flow.Service)(nil)
