// Package handover is the portable type for handing finished rows to another system and for taking files back.
//
// A delivery is typed rows under a stable reference, so that a receiver that looks at it takes each once. Drivers:
// handover/filedrop (a folder that the other side reads, CSV and JSON) and handover/webhook (signed HTTP POST).
package handover

import "context"

// Target takes deliveries. Faults: Unavailable (try again later), Invalid (refused for good).
type Target interface {
	// ID names the target in configuration: "transport", "school".
	ID() string
	// Deliver hands over; delivering the same Ref again has no further effect at the receiver.
	Deliver(ctx context.Context, d Delivery) error
}

// Source is a folder or mailbox that files come back through.
type Source interface {
	ID() string
	// Receive gives files that have come and not been acknowledged, oldest first.
	Receive(ctx context.Context, limit int) ([]File, error)
	// Done acknowledges a file, so that it does not come again.
	Done(ctx context.Context, name string) error
	// Reject sets a file aside with the reason.
	Reject(ctx context.Context, name, reason string) error
}

// Delivery is rows with a schema.
type Delivery struct {
	Ref     string   // stable instruction id, safe as a file name
	Kind    string   // "journeys"
	Columns []string // names, in order
	Rows    [][]any  // one value a column: string, json.Number, bool, nil
}

// File that came back.
type File struct {
	Name  string
	Bytes []byte
}
