// Package personas is the cast of the demo and the tests: invented people with test numbers, as the population register,
// the e-legitimation and the staff login have them.
//
// A persona is named by an [ID], which is safe in URLs, logs and test names; the number is not, even though every number
// here is a test number (birth number 238, 239 or 980, which are never given to anybody). The people live in two invented
// municipalities, Ekköping (kommunkod 9901) and Tallvik (9902), on postal codes that are not in use, with telephone numbers
// from the series that Post- och telestyrelsen keeps for fiction.
//
// Invariants, kept by construction and tested: custody is written in both directions (V in the child's record, VF in the
// guardian's); people who share a home share its key; lookups give copies, so that nobody can change the cast.
package personas

import (
	"slices"

	"samtjanst/integrations/population"
	"samtjanst/platform/idno"
)

// ID names a persona: "anna-testsson".
type ID string

// The codes of the two municipalities in the register.
const (
	Ekkoping = "9901"
	Tallvik  = "9902"
)

// Persona is one person with everything that the simulators know of him or her.
type Persona struct {
	ID ID
	population.Person
	Household string      // title of the family's situation, in Swedish; those who share it belong together
	Story     string      // one Swedish sentence: who this is and what he or she is good for trying
	EID       bool        // has an e-legitimation
	EIDNumber idno.Number // what the e-legitimation says: Number, but for one whose number has been changed since it was issued
	Phone     string      // E.164; "" for children and for those who have left
	Mail      string
}

// Child reports whether the persona is somebody's child in the cast.
func (p Persona) Child() bool {
	return slices.ContainsFunc(p.Relations, func(r population.Relation) bool {
		return r.Kind == population.Mother || r.Kind == population.Father || r.Kind == population.Parent
	})
}

// Related lists those to whom the persona has a relation, in the order of the record.
func (p Persona) Related(kind population.RelationKind) []idno.Number {
	var out []idno.Number
	for _, r := range p.Relations {
		if r.Kind == kind {
			out = append(out, r.To)
		}
	}
	return out
}

// Persona gives the whole persona. It panics on an ID that is not in the cast, which is a mistake in the calling code; an ID
// that comes from outside is looked up with [Get].
func (id ID) Persona() Persona {
	p, ok := Get(id)
	if !ok {
		panic("personas: nobody is called " + string(id))
	}
	return p
}

// Number is the persona's number.
func (id ID) Number() idno.Number { return id.Persona().Number }

// Name is the persona's called name and surname.
func (id ID) Name() string { return id.Persona().Name() }

// All gives the cast, families together, grown-ups before children.
func All() []Persona {
	out := make([]Persona, len(cast))
	for i, p := range cast {
		out[i] = p.clone()
	}
	return out
}

// Get gives the persona with an ID.
func Get(id ID) (Persona, bool) {
	for _, p := range cast {
		if p.ID == id {
			return p.clone(), true
		}
	}
	return Persona{}, false
}

// ByNumber gives the persona with a number, present or former.
func ByNumber(n idno.Number) (Persona, bool) {
	for _, p := range cast {
		if p.Number == n || slices.Contains(p.Former, n) {
			return p.clone(), true
		}
	}
	return Persona{}, false
}

func (p Persona) clone() Persona {
	p.Former = slices.Clone(p.Former)
	p.Relations = slices.Clone(p.Relations)
	return p
}
