package forms

import (
	"slices"
	"strings"
)

// What becomes of applications that are begun when a changed form is published. Whoever has begun one holds the version that it was begun with,
// so that a new version does nothing to anybody by itself: to keep is always safe. The other two are done when its owner opens it next.

// DraftPolicy says what happens to open applications when a new version is published.
type DraftPolicy struct {
	Kind    string      `json:"kind"`
	Mapping []DraftMove `json:"mapping,omitempty"` // of MigrateDrafts
}

// Kinds of policy.
const (
	KeepDrafts    = "keep"    // they stay with the version they were begun with
	MigrateDrafts = "migrate" // they are moved to the new version when they are opened next
	RestartDrafts = "restart" // they can be read, and must be begun anew
)

// DraftPolicies are the kinds, the gentlest first.
var DraftPolicies = []string{KeepDrafts, MigrateDrafts, RestartDrafts}

// DraftMove is where an answer goes. Both pointers may have "*" for any row, equally many.
type DraftMove struct {
	From Pointer `yaml:"from" json:"from,omitempty"` // where the answer stands in the earlier version; absent for a default alone
	To   Pointer `yaml:"to" json:"to,omitempty"`     // where it goes in this one; absent: the answer is dropped
	// Default is what stands at `to` where nothing was answered.
	Default any `yaml:"default" json:"default,omitempty"`
}

// DraftStep is what becomes of applications that are begun, when this form is published in place of one earlier version, or of whichever no other step
// names. One that moves or restarts names its version. So it is done once: when the form is changed again another version is published, of which
// the step says nothing. And a folder that is started in several places, which have different versions, can have a step for each.
type DraftStep struct {
	// From is the version that this form is published in place of: the first 12 digits of its hash, or more, in quotes, as `samtjanst form diff` and
	// the log say them. Absent: whichever version no other entry names; then only keep.
	From string `yaml:"from" json:"from,omitempty"`
	// Policy: applications that are begun stay with their version (keep), are moved to this one when they are opened next (migrate), or can be read and
	// must be begun anew (restart).
	Policy string `yaml:"policy" json:"policy"`
	// Mapping: where answers go that stand elsewhere in this version, with migrate. The others stay where they stand; one that does not fit is asked
	// again.
	Mapping []DraftMove `yaml:"mapping" json:"mapping,omitempty"`
}

// Of is the policy of a step.
func (s DraftStep) Of() DraftPolicy { return DraftPolicy{Kind: s.Policy, Mapping: s.Mapping} }

// versionDigits are how many digits of a version name it at least: enough that no two of a form's versions share them.
const versionDigits = 12

// Short is a version as people read and write it.
func (v Version) Short() string { return string(v[:min(len(v), versionDigits)]) }

// NamesVersion reports whether a step's From is the beginning of a version.
func (s DraftStep) NamesVersion() bool {
	return len(s.From) >= versionDigits && len(s.From) <= 64 && strings.Trim(s.From, "0123456789abcdef") == ""
}

// DraftStep is what the form says of applications when it is published in place of a version; false when it says nothing.
func (m *Meta) DraftStep(published Version) (DraftStep, bool) {
	for _, s := range m.Drafts {
		if s.NamesVersion() && strings.HasPrefix(string(published), s.From) {
			return s, true
		}
	}
	i := slices.IndexFunc(m.Drafts, func(s DraftStep) bool { return s.From == "" })
	if i < 0 {
		return DraftStep{}, false
	}
	return m.Drafts[i], true
}

// maxMoves bounds a mapping.
const maxMoves = 200

// Check tells what is wrong with a policy for going from earlier versions to another; problems have the pointer "/policy". Where earlier is nil,
// the earlier versions are not known and their pointers not looked at.
func (p DraftPolicy) Check(earlier []*Form, to *Form) []Problem {
	bad := func(code string, at Pointer) []Problem {
		return []Problem{{Pointer: "/policy", Code: code, Params: map[string]any{"pointer": string(at)}}}
	}
	if !slices.Contains(DraftPolicies, p.Kind) {
		return bad(NotAnOption, "")
	}
	if p.Kind != MigrateDrafts && len(p.Mapping) > 0 || len(p.Mapping) > maxMoves {
		return bad(NotAllowed, "")
	}
	for _, m := range p.Mapping {
		switch {
		case m.From == "" && m.To == "", m.From == "" && m.Default == nil, m.Default != nil && (m.To == "" || m.To.rows() > 0):
			return bad(NotAllowed, m.To)
		case m.From != "" && earlier != nil && !slices.ContainsFunc(earlier, func(f *Form) bool { return f.Fields[m.From] != nil }):
			return bad(NotAnOption, m.From)
		case m.To != "" && to.Fields[m.To] == nil:
			return bad(NotAnOption, m.To)
		case m.From != "" && m.To != "" && m.From.rows() != m.To.rows():
			return bad(NotAllowed, m.To)
		}
	}
	return nil
}

// rows counts the rows that a pattern stands within.
func (p Pointer) rows() (n int) {
	for _, t := range p.Tokens() {
		if t == "*" {
			n++
		}
	}
	return n
}

// Check is that of the policy, and of the step: one that moves or restarts says from which version.
func (s DraftStep) Check(earlier []*Form, to *Form) []Problem {
	if s.From == "" && s.Policy != KeepDrafts {
		return []Problem{{Pointer: "/from", Code: Required}}
	}
	return s.Of().Check(earlier, to)
}
