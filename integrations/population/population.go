// Package population is the portable type for the population register (folkbokföringen, Navet).
//
// Rules of the domain (facts 3.4): a protection mark that cannot be read means protected; addresses of protected people
// are not even kept in the answer; a look-up carries its purpose and case; nothing is cached beyond the use case that asked.
package population

import (
	"context"
	"time"

	"samtjanst/platform/idno"
)

// Register answers questions about people. Faults: Unavailable (no answer in time, 429, 5xx, malformed answer), Invalid (refused).
type Register interface {
	// Lookup asks for people by number, at most 900 at once. A person who is not found is in Missing, not an error.
	Lookup(ctx context.Context, q Question) (Answer, error)
}

// Question says who is asked about and why.
type Question struct {
	Numbers []idno.Number
	Purpose string // legal purpose, for the log: "skolskjuts-prefill"
	Ref     string // draft or case id, never personal data; travels as correlation id
}

// Answer is what the register said.
type Answer struct {
	People  []Person
	Missing []idno.Number
	At      time.Time
	Source  string // "Navet"
}

// Find gives the person with a number, following a reference to a new number.
func (a Answer) Find(n idno.Number) (Person, bool) {
	for _, p := range a.People {
		if p.Number == n {
			return p, true
		}
	}
	for _, p := range a.People {
		for _, old := range p.Former {
			if old == n {
				return p, true
			}
		}
	}
	return Person{}, false
}

// Protection is the mark on a person's data. Anything that is not surely Open protects.
type Protection string

// Marks.
const (
	Open      Protection = "SAKNAS"
	Marked    Protection = "SEKRETESSMARKERING"
	Protected Protection = "SKYDDAD_FOLKBOKFORING"
	Unknown   Protection = "" // missing or unreadable: treated as protected
)

// Hidden reports whether the mark protects; it fails closed.
func (p Protection) Hidden() bool { return p != Open }

// Person as the register has him or her.
type Person struct {
	Number         idno.Number
	Former         []idno.Number // numbers that refer to this one (hänvisning)
	Protection     Protection
	GivenNames     string // all given names
	CalledName     string // tilltalsnamn; the given names when unmarked
	MiddleName     string
	Surname        string
	Address        Address // empty when hidden
	Municipality   string  // kommunkod, four digits; "" when hidden or not registered
	Deregistered   string  // "" or code: AV deceased, UV emigrated …; "?" for a cause that the register does not tell
	DeregisteredOn string  // YYYY-MM-DD, may be incomplete
	Relations      []Relation
}

// Name is the called name and the surname.
func (p Person) Name() string {
	s := p.CalledName
	if p.MiddleName != "" {
		s += " " + p.MiddleName
	}
	if p.Surname != "" {
		s += " " + p.Surname
	}
	return s
}

// Gone reports whether the person is deceased, emigrated or otherwise deregistered.
func (p Person) Gone() bool { return p.Deregistered != "" }

// Address is where somebody is registered.
type Address struct {
	CareOf     string
	Street     string
	Extra      string
	PostalCode string // five digits
	City       string
	Since      string // YYYY-MM-DD
	Property   string // fastighetsbeteckning
	Key        string // the address's key in the register; equal keys are the same dwelling
}

// IsZero reports whether there is no address.
func (a Address) IsZero() bool { return a == Address{} }

// RelationKind is a code of the register.
type RelationKind string

// Relations (facts 3.3).
const (
	Child       RelationKind = "B"
	Mother      RelationKind = "MO"
	Father      RelationKind = "FA"
	Parent      RelationKind = "F"
	Guardian    RelationKind = "V"  // the related is this person's guardian
	GuardianFor RelationKind = "VF" // this person is guardian for the related
	Spouse      RelationKind = "M"
	Partner     RelationKind = "P"
)

// Relation to another person. To is zero when the register has no number for the other, who has never been registered in
// Sweden: a guardian without number is a guardian all the same, and custody is shared.
type Relation struct {
	Kind  RelationKind
	To    idno.Number
	Since string // fromDatumVardnad, YYYY-MM-DD
	Gone  string // AV when the related is deceased; the register tells no other cause here, so ask about the related too
}
