package identity

import (
	"slices"
	"time"

	"samtjanst/platform/idno"
)

// Staff is somebody employed or elected, as a login and the organisation's register say at the moment.
type Staff struct {
	Subject string // stable id: issuer + "|" + sub at the provider, "person|" + id of who is in the organisation's register
	Name    string
	Number  idno.Number // personal identity number, when register or login tell it: who signs decisions is held against it
	Tenant  TenantID
	Grants  []Grant
	LoginAt time.Time

	// Capacity is in which of several capacities somebody acts; "" for who is in no register, and has what his or her groups give.
	Capacity Capacity
	// External and UserName are what the organisation's own directory calls somebody who is in no register, as the login told: by them the register
	// knows him or her should the directory tell of it later. "" for who is in it.
	External, UserName string

	// ByGroups is what the groups at the organisation's own login gave, where those count: what Grants holds beside what the register says.
	ByGroups []Grant
}

// Capacity is what somebody is to an organisation. Who is both acts as one at a time, and sees what that one sees.
type Capacity string

// Capacities.
const (
	Employed Capacity = "employed"
	Elected  Capacity = "elected" // förtroendevald
)

// Of reports whether a role is held in a capacity; in none in particular all are.
func (c Capacity) Of(r Role) bool { return c == "" || (r == Chair) == (c == Elected) }

// Within keeps what is held in a capacity of some grants; boards in which nothing is left are left out.
func (c Capacity) Within(grants []Grant) []Grant {
	var out []Grant
	for _, g := range grants {
		roles := slices.DeleteFunc(slices.Clone(g.Roles), func(r Role) bool { return !c.Of(r) })
		if len(roles) > 0 {
			out = append(out, Grant{Authority: g.Authority, Roles: roles})
		}
	}
	return out
}

// Join gives all that some grants give, one for each board.
func Join(grants ...[]Grant) []Grant {
	var out []Grant
	for _, g := range slices.Concat(grants...) {
		i := slices.IndexFunc(out, func(o Grant) bool { return o.Authority == g.Authority })
		if i < 0 {
			out, i = append(out, Grant{Authority: g.Authority}), len(out)
		}
		for _, r := range g.Roles {
			if !slices.Contains(out[i].Roles, r) {
				out[i].Roles = append(out[i].Roles, r)
			}
		}
	}
	return out
}

// NotLetIn says why somebody of the staff does not get in, or is not let in any more. It is the cause of a fault of the kind Forbidden.
type NotLetIn string

// Why.
const (
	HasLeft     NotLetIn = "closed"       // is in the register as somebody who has left, or is not active where he or she comes from
	WithoutRole NotLetIn = "no-role"      // holds no role now
	NotThere    NotLetIn = "not-there"    // is not in the register, without which nobody gets in
	OtherNumber NotLetIn = "other-number" // login and register have different personal numbers
)

func (n NotLetIn) Error() string { return "not let in: " + string(n) }
