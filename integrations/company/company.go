// Package company is the portable type for registers of companies (Bolagsverket).
//
// Rules of the domain (facts 5.4): each part of a record comes from its own producer and may be missing on its own. A part that was
// not answered is unread: unknown, never "none", so that a company whose deregistration could not be read is not an active one. A
// number that the register does not have is an answer; a register that does not answer is a fault. A sole trader's number is a
// personal number, and one such number may have several companies.
package company

import (
	"context"
	"slices"
	"time"

	"samtjanst/platform/idno"
)

// Register answers questions about companies. Faults: Unavailable (no answer in time, 429, 5xx, an answer that cannot be read or is
// about somebody else), Invalid (refused: our configuration, or no number of a company or person).
type Register interface {
	// Lookup asks for what has a number. Nothing found is an answer without companies, not an error.
	Lookup(ctx context.Context, q Question) (Answer, error)
}

// Question says what is asked about and why.
type Question struct {
	Number  idno.Number
	Purpose string // for the log: "lookup"
	Ref     string // draft or case id, never personal data; travels as correlation id
}

// Answer is what the register said.
type Answer struct {
	Companies []Company // several for a sole trader with several names; none when the number is not there
	At        time.Time // when the register said so; earlier than now for an answer that was kept a moment
	Source    string    // "Bolagsverket"
}

// Code is a code of the register with its text.
type Code struct{ Code, Text string }

// Part names a part of a record that has a producer of its own.
type Part string

// Parts.
const (
	PartName           Part = "name"
	PartForm           Part = "form"
	PartLegalForm      Part = "legalForm"
	PartAddress        Part = "address"
	PartDates          Part = "dates"
	PartDeregistration Part = "deregistration"
	PartProceedings    Part = "proceedings"
	PartOperating      Part = "operating"
	PartActivity       Part = "activity"
	PartIndustry       Part = "industry"
)

// Company as the register has it. What is in Unread is not known; other fields that are empty are empty in the register.
type Company struct {
	Number       idno.Number
	Serial       int // tells companies with the same number apart; 0 for none
	Name         string
	OtherNames   []string
	Form         Code // "AB"
	LegalForm    Code // "49"
	Address      Address
	Registered   string // YYYY-MM-DD
	Deregistered string // YYYY-MM-DD, "" for no
	Cause        Code   // of the deregistration
	Proceedings  []Proceeding
	Operating    Operating
	Activity     string
	Industries   []Code // SNI
	Unread       []Part
}

// Address is the postal address.
type Address struct {
	CareOf     string
	Street     string
	PostalCode string // five digits in Sweden
	City       string
	Country    string // "" or "Sverige" at home
}

// IsZero reports whether there is no address.
func (a Address) IsZero() bool { return a == Address{} }

// Proceeding is a bankruptcy, liquidation, reconstruction or the like that is under way.
type Proceeding struct {
	Code
	From string // YYYY-MM-DD
}

// Operating says whether business is carried on.
type Operating uint8

// Answers to whether business is carried on.
const (
	OperatingUnknown Operating = iota
	OperatingYes
	OperatingNo
)

// State is how a company stands.
type State string

// States.
const (
	Active       State = "active"
	WindingUp    State = "winding-up"   // a proceeding is under way
	Deregistered State = "deregistered" // it is no more
	StateUnknown State = "unknown"      // what decides it was not read
)

// Read reports whether a part was answered.
func (c Company) Read(p Part) bool { return !slices.Contains(c.Unread, p) }

// State says how the company stands; it never says Active of what was not read.
func (c Company) State() State {
	switch {
	case c.Deregistered != "":
		return Deregistered
	case len(c.Proceedings) > 0:
		return WindingUp
	case !c.Read(PartDeregistration) || !c.Read(PartProceedings):
		return StateUnknown
	}
	return Active
}
