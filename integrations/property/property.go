// Package property is the portable type for registers of addresses and of real property (Lantmäteriet).
//
// Rules of the domain (facts 5.5): both are searched by free text within one municipality, and what was typed may fit several. A register
// that has nothing like it is an answer; one that does not answer is a fault. Which property an address stands on is told by another part
// of the register, and may be unread: unknown, never "none". An address tells where somebody lives, so that what is asked about is in no
// log and no error, and is not kept.
package property

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// MinText is how many characters a text has at least to be asked about (Lantmäteriet refuses shorter ones).
const MinText = 3

// Register answers questions about addresses and properties. Faults: Unavailable (no answer in time, 429, 5xx, an answer that cannot be
// read), Invalid (refused: our configuration, or a question that cannot be asked).
type Register interface {
	// Addresses finds addresses by a text: "Provgatan 12". Nothing found is an answer without any, not an error.
	Addresses(ctx context.Context, q Question) (Answer[Address], error)
	// Units finds properties by their designation or a part of it: "Provet 1:2".
	Units(ctx context.Context, q Question) (Answer[Unit], error)
}

// Question says what is asked about and why.
type Question struct {
	Text         string // as it was typed, at least MinText characters
	Municipality string // kommunkod, four digits: only what lies there is found
	Purpose      string // for the log: "lookup"
	Ref          string // draft or case id, never personal data; travels as correlation id
}

var kommunkod = regexp.MustCompile(`^[0-9]{4}$`)

// Check tells whether what is asked about can be. The error does not repeat it.
func (q Question) Check() error {
	switch {
	case utf8.RuneCountInString(strings.TrimSpace(q.Text)) < MinText:
		return errors.New("the text is too short to be asked about")
	case !kommunkod.MatchString(q.Municipality):
		return errors.New("a municipality's code has four digits")
	}
	return nil
}

// Answer is what the register said.
type Answer[T any] struct {
	Found  []T  // best first as the register has them
	More   bool // there are more than those
	At     time.Time
	Source string // "Lantmäteriet"
}

// Part names a part of a record that is read by itself.
type Part string

// PartUnit is which property an address stands on.
const PartUnit Part = "unit"

// Address is a belägenhetsadress: where something lies, in the words of the municipality that decided it.
type Address struct {
	ID           string // objektidentitet, a UUID
	Street       string // "Provgatan 12 A", "Provbyn Testtorpet 1"
	PostalCode   string // five digits; "" for an address to which no post is delivered
	City         string
	District     string // kommundel, which tells the same street in two places apart
	Municipality string
	Unit         Unit // the property that it stands on; zero when the register has none
	Unread       []Part
}

// Read reports whether a part was answered.
func (a Address) Read(p Part) bool { return !slices.Contains(a.Unread, p) }

// Unit is a property unit (registerenhet).
type Unit struct {
	ID          string // objektidentitet, a UUID
	Designation string // "EKKÖPING PROVET 1:2"
	Kind        Kind
}

// Kind is what a unit is.
type Kind string

// Kinds. A register may have others, in its own words.
const (
	Real  Kind = "Fastighet"
	Joint Kind = "Samfällighet"
	Works Kind = "Gemensamhetsanläggning"
)
