// Package people is the portable type for an organisation's own directory of its staff: Active Directory, another LDAP server, or what
// comes by SCIM; and for other systems whose rights follow ours.
//
// Rules of the domain: somebody is known by the directory's own stable id and never by a mail address, which is given to the next who has the
// name. An answer is everybody or an error: a directory that is gone, that breaks off or that answers nonsense has not said that anybody left.
package people

import (
	"context"

	"samtjanst/platform/idno"
)

// Entry is what a directory says of one person.
type Entry struct {
	External     string // stable id there: objectGUID, entryUUID, SCIM's externalId. Never a mail address
	UserName     string // what the person logs in as: userPrincipalName, uid
	Name         string
	Number       idno.Number // zero: the directory does not say
	BadNumber    bool        // it says something that is no personal number
	Phone        string      // as it stands there
	Email        string
	Title        string
	Department   string
	Organisation string
	Groups       []string // names, those too that hold the group that the person is in; sorted
	Active       bool
}

// Source is a directory that is asked for everybody.
type Source interface {
	// Everybody gives all whom the directory has for us, each once, with an External of its own. Faults: Unavailable (it did not answer, or not
	// to the end), Unauthorised (it does not know us any more), Invalid (it is set up wrongly, or what it says cannot be understood). With an error
	// there is no entry.
	Everybody(ctx context.Context) ([]Entry, error)
}

// Leaver is somebody who has no rights here any more, as another system may know him or her.
type Leaver struct {
	External string // in the organisation's own directory; "" for who was entered here
	UserName string
	Email    string // the last resort: who has neither of the others
}

// Target is a system outside that is to take away the same rights.
type Target interface {
	// Withdraw makes a person inactive there and takes him or her out of every group. Done again it changes nothing, and somebody who is not
	// known there is no error. Faults: Unavailable (try again), Unauthorised, Invalid (it refuses: somebody has to look).
	Withdraw(ctx context.Context, who Leaver) error
}
