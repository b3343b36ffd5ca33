package flow

import "samtjanst/forms"

// Policy says what happens to open applications when a new version is published.
type Policy struct {
	Kind    string `json:"kind"`
	Mapping []Move `json:"mapping,omitempty"` // of Migrate
}

// Kinds of policy.
const (
	Keep    = "keep"    // they stay with the version they were begun with
	Migrate = "migrate" // they are moved to the new version when they are opened next
	Restart = "restart" // they can be read, and must be begun anew
)

// Move says where an answer goes.
type Move struct {
	From forms.Pointer `json:"from,omitempty"` // "" for a default
	To   forms.Pointer `json:"to,omitempty"`   // "": the answer is dropped
	// Default is what stands at To where nothing was answered before; nil for nothing.
	Default any `json:"default,omitempty"`
}

// DraftReport counts open applications, never who has them.
type DraftReport struct {
	Open int `json:"open"` // begun and neither handed in nor expired
	// Clean are those among them that would be moved with all answers kept and valid.
	Clean int  `json:"clean"`
	More  bool `json:"more,omitempty"` // there are more than were counted
}
