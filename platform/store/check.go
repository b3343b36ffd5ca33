package store

import (
	"strings"

	"samtjanst/platform/fault"
)

// What every engine refuses alike stands here, so that a caller meets the same rule on both. Each check returns nil or
// fault.Invalid, and fault.TooLarge for what does not fit in a row.

// The sizes of a list.
const (
	DefaultLimit = 50
	MaxLimit     = 500
)

// MaxBytes is how large the sealed bytes of one row may be: a document of MongoDB holds 16 MiB, all fields together.
const MaxBytes = 15 << 20

// CheckSize refuses rows over MaxBytes with fault.TooLarge.
func CheckSize(fields ...[]byte) error {
	sum := 0
	for _, f := range fields {
		sum += len(f)
	}
	if sum > MaxBytes {
		return fault.Newf("store.CheckSize", fault.TooLarge, "a row of %d bytes, at most %d", sum, MaxBytes)
	}
	return nil
}

// Check refuses a query over everything and a page of an impossible size.
func (q CaseQuery) Check() error {
	const op = "store.CaseQuery.Check"
	switch {
	case len(q.Authorities) == 0 && len(q.Tokens) == 0:
		return fault.Newf(op, fault.Invalid, "neither authorities nor tokens: a query over everything")
	case q.Limit < 0 || q.Limit > MaxLimit:
		return fault.Newf(op, fault.Invalid, "limit %d is not within 1–%d", q.Limit, MaxLimit)
	case q.Order > AskedLongest:
		return fault.Newf(op, fault.Invalid, "no order %d", q.Order)
	case !q.AskedBefore.IsZero() && q.Order != AskedLongest:
		return fault.Newf(op, fault.Invalid, "AskedBefore goes with the order AskedLongest")
	}
	return nil
}

// PageSize is the limit with its default filled in.
func (q CaseQuery) PageSize() int {
	if q.Limit == 0 {
		return DefaultLimit
	}
	return q.Limit
}

// Check refuses a head without the names it is found by, and words that no list could be searched for.
func (r CaseRow) Check() error {
	const op = "store.CaseRow.Check"
	if r.ID == "" || r.Reference == "" {
		return fault.Newf(op, fault.Invalid, "a head needs an ID and a Reference")
	}
	for _, words := range [][]string{r.Labels, r.Tokens} {
		for _, w := range words {
			if w == "" || strings.ContainsAny(w, "\n\x00") {
				return fault.Newf(op, fault.Invalid, "case %s: a label or token is empty or holds a line break or NUL", r.ID)
			}
		}
	}
	return CheckSize(r.Key, r.Card, r.Chain, r.Head)
}

// Check refuses a part without names, or too large.
func (p Part) Check() error {
	if p.Case == "" || p.ID == "" {
		return fault.Newf("store.Part.Check", fault.Invalid, "a part needs a Case and an ID")
	}
	return CheckSize(p.Body)
}

// Check refuses a draft without the names it is found by, or too large.
func (d DraftRow) Check() error {
	if d.ID == "" || d.Owner == "" {
		return fault.Newf("store.DraftRow.Check", fault.Invalid, "a draft needs an ID and an Owner")
	}
	return CheckSize(d.Key, d.Body)
}

// Check refuses a key that names no unique key, or two.
func (k CaseKey) Check() error {
	if (k.Reference == "") == (k.Dedupe == "") {
		return fault.Newf("store.CaseKey.Check", fault.Invalid, "exactly one of Reference and Dedupe names a case")
	}
	return nil
}

// Check refuses a record without a name, or whose collection could be taken for a part of its key.
func (r Record) Check() error {
	const op = "store.Record.Check"
	switch {
	case r.Collection == "" || r.Key == "" || strings.Contains(r.Collection, "/"):
		return fault.Newf(op, fault.Invalid, "a record needs a Collection without a slash, and a Key")
	case r.Rev < 1:
		return fault.Newf(op, fault.Invalid, "record %s: revision %d", r.Collection, r.Rev)
	}
	return CheckSize(r.Body)
}

// CheckLimit refuses a limit that asks for nothing.
func CheckLimit(limit int) error {
	if limit < 1 {
		return fault.Newf("store.CheckLimit", fault.Invalid, "limit %d is below 1", limit)
	}
	return nil
}
