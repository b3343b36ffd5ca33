// Package identity says who acts: citizens by e-legitimation, staff by their organisation's login, the system itself.
//
// An Actor is made by a login and carried by a session on the server; use cases take it as their first question: who is
// this, may they? Deny is the default: a permission that no rule grants is refused.
package identity

import (
	"time"

	"samtjanst/platform/idno"
)

// TenantID names an organisation, for example "ekkoping".
type TenantID string

// AuthorityID names an authority (nämnd) within an organisation: "ekkoping/barn-och-utbildning". It is the wall of
// confidentiality (OSL 8 kap. 2 §).
type AuthorityID string

// Role is what a member of staff may do within an authority.
type Role string

// Roles.
const (
	Officer Role = "officer" // handläggare: reads and handles the authority's cases
	Decider Role = "decider" // may decide by delegation (kommunallagen 6:37, 7:5)
	Manager Role = "manager" // sees the board's list and the access log
	// FormOwner is responsible for the board's services (need E8): changes their texts and times, and proposes that it be published.
	FormOwner Role = "form-owner"
	// FormApprover reads what somebody else proposes and publishes it.
	FormApprover Role = "form-approver"
	// Chair is elected: ordförande, or a member whom the board has appointed, who decides what cannot wait (kommunallagen 6:39). Sees what
	// he or she is asked to sign, and nothing else of the board's.
	Chair Role = "chair"
	// Secretary keeps the board's minutes, and signs what it has decided about its people. The role opens no page of the staff's: whoever has it
	// is asked to sign as anybody is.
	Secretary Role = "secretary"
	// PeopleAdmin keeps the board's people in the organisation's register.
	PeopleAdmin Role = "people-admin"
)

// Level is how surely an identity was established: the Swedish tillitsnivå 2–4; 0 is nobody.
type Level uint8

// Levels of assurance.
const (
	Nobody Level = 0
	LoA2   Level = 2
	LoA3   Level = 3
	LoA4   Level = 4
)

// Actor is who acts. Exactly one of Citizen, Guest, Staff and System is set; the zero value is a stranger.
type Actor struct {
	Citizen *Citizen
	Guest   *Guest
	Staff   *Staff
	System  string // name of the job: "outbox", "scheduler"
	Lang    string // reader's language, "sv" when unknown
	IP      string // as the platform saw it; "" for the system
}

// Citizen is a person who logged in with e-legitimation.
type Citizen struct {
	Number  idno.Number
	EID     idno.Number // as the e-legitimation says, when the register has given the person another number since; zero when they are one
	Name    string
	Level   Level
	Method  string // "bankid"
	LoginAt time.Time
}

// Guest is somebody who fills in without login. Nobody knows who it is, only that it is the same browser: whoever has its key may open what
// was begun there, and a guest without a key has begun nothing.
type Guest struct {
	Key string // SHA-256 of the secret in the browser's cookie, hex; never shown, logged or sent
}

// Numbers are all numbers that the person is known to have: what was begun under one is found under the other.
func (c Citizen) Numbers() []idno.Number {
	if c.EID.IsZero() || c.EID == c.Number {
		return []idno.Number{c.Number}
	}
	return []idno.Number{c.Number, c.EID}
}

// SignsAs is the number that the person's e-legitimation signs with.
func (c Citizen) SignsAs() idno.Number {
	if c.EID.IsZero() {
		return c.Number
	}
	return c.EID
}

// Grant gives roles within one authority.
type Grant struct {
	Authority AuthorityID
	Roles     []Role
}

// Stranger reports whether nobody is logged in. A guest is a stranger.
func (a Actor) Stranger() bool { return a.Citizen == nil && a.Staff == nil && a.System == "" }

// Is reports whether the actor is the citizen with this number.
func (a Actor) Is(n idno.Number) bool {
	return a.Citizen != nil && !n.IsZero() && a.Citizen.Number == n
}

// Roles are all there are.
func Roles() []Role {
	return []Role{Officer, Decider, Manager, FormOwner, FormApprover, Chair, Secretary, PeopleAdmin}
}

// Has reports whether the actor holds one of the roles within the authority.
func (a Actor) Has(auth AuthorityID, roles ...Role) bool {
	if a.Staff == nil {
		return false
	}
	for _, g := range a.Staff.Grants {
		if g.Authority != auth {
			continue
		}
		for _, have := range g.Roles {
			for _, want := range roles {
				if have == want {
					return true
				}
			}
		}
	}
	return false
}

// Authorities lists the authorities within which the actor holds any of the roles.
func (a Actor) Authorities(roles ...Role) []AuthorityID {
	var out []AuthorityID
	if a.Staff != nil {
		for _, g := range a.Staff.Grants {
			if a.Has(g.Authority, roles...) {
				out = append(out, g.Authority)
			}
		}
	}
	return out
}
