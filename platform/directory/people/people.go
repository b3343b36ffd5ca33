// Package people is the register of who works for an organisation or is elected in it: what each person may do, from when and until
// when, who may decide alone, and who is on call.
//
// Keys: a Person has a random ID within its organisation, and that ID is who somebody is to the rest of the platform (Subject), by
// whichever login he or she came. Persons, and Boards with what a board has decided about its people, are records, sealed with the
// organisation's key. Everything that happened to one stands in the same record (its Trail), so that no change is without its history.
//
// A person comes from one of two places. Who is entered by an administrator, as an elected politician, is changed by a Change that a
// second administrator confirms with the board's paper at hand, which its secretary may have signed here. Who comes from the organisation's own directory (SCIM, LDAP) is Synced: its rules (directory.Rule) make
// roles of organisation, title and group, and who is not active there is nobody here.
//
// Questions are put to a Snapshot, which is an organisation's whole register at a moment: it never changes, is shared by all requests,
// and is at most Fresh old.
//
// Invariants: nobody holds a role that is not in force at the moment asked about; who is closed or inactive holds none, is on no ladder
// and logs in nowhere; no two persons of an organisation who are here have the same personal number.
package people

import (
	"slices"
	"strings"
	"time"

	"samtjanst/platform/calendar"
	"samtjanst/platform/clock"
	"samtjanst/platform/identity"
	"samtjanst/platform/idno"
)

// ID of a person: 26 random letters and digits.
type ID string

// subjectPrefix begins the subject of those who are in a register; a login's own begins with the address of its issuer.
const subjectPrefix = "person|"

// Subject is the person as cases and logs name somebody of the staff.
func (id ID) Subject() string { return subjectPrefix + string(id) }

// Of gives the person that a subject names; false for who is in no register.
func Of(subject string) (ID, bool) {
	id, ok := strings.CutPrefix(subject, subjectPrefix)
	return ID(id), ok
}

// Person is somebody who works for an organisation or is elected in it.
type Person struct {
	ID       ID                `json:"id"`
	Tenant   identity.TenantID `json:"tenant"`
	Name     string            `json:"name"`
	Number   idno.Number       `json:"number,omitzero"`  // zero: not known; then there is neither BankID nor a signature
	Phone    string            `json:"phone,omitempty"`  // E.164
	Email    string            `json:"email,omitempty"`  //
	Logins   []string          `json:"logins,omitempty"` // subjects, issuer + "|" + sub, by which the organisation's logins know the person
	Synced   *Synced           `json:"synced,omitempty"` // nil: entered by an administrator
	Roles    []Role            `json:"roles,omitempty"`
	Mandates []Mandate         `json:"mandates,omitempty"`
	Absences []Absence         `json:"absences,omitempty"`
	Closed   time.Time         `json:"closed,omitzero"` // since when the person is gone; zero: is here
	Rev      int64             `json:"rev"`             // 1 when entered, +1 for each change
}

// Synced is what the organisation's own directory says of a person.
type Synced struct {
	From         string    `json:"from"`               // "scim", or "ldap:" and the source's id
	External     string    `json:"external"`           // the person's stable id there: externalId, objectGUID. Never a mail address
	UserName     string    `json:"userName,omitempty"` //
	Title        string    `json:"title,omitempty"`
	Department   string    `json:"department,omitempty"`
	Organisation string    `json:"organisation,omitempty"`
	Groups       []string  `json:"groups,omitempty"` // nested ones too
	Active       bool      `json:"active"`
	At           time.Time `json:"at"`
}

// Period is from a day until another, both of them in it. A zero day is no limit.
type Period struct {
	From calendar.Date `json:"from,omitzero"`
	To   calendar.Date `json:"to,omitzero"`
}

// Holds reports whether a moment's Swedish day is in the period. A role that ends today ends at midnight.
func (p Period) Holds(at time.Time) bool {
	d := day(at)
	return (p.From.IsZero() || !d.Before(p.From)) && (p.To.IsZero() || !p.To.Before(d))
}

func day(at time.Time) calendar.Date {
	y, m, d := at.In(clock.Stockholm).Date()
	return calendar.Of(y, m, d)
}

// Role is what a person may do for a board during a period.
type Role struct {
	Authority string        `json:"authority"` // slug
	Role      identity.Role `json:"role"`
	Title     string        `json:"title,omitempty"` // "Ordförande", "Socialsekreterare": as decisions say it
	Period
}

// Mandate is a board's decision that a member may decide alone in matters that cannot wait (förordnande, LVU 6 § 2 st., LVM 13 § 2 st.;
// kommunallagen 6:39). It is shown in the evidence of what the member decides.
type Mandate struct {
	Authority string        `json:"authority"` // slug
	Kinds     []string      `json:"kinds"`     // of decisions: "lvu-6"
	Title     string        `json:"title,omitempty"`
	Decided   calendar.Date `json:"decided"`   // when the board decided so
	Paragraph string        `json:"paragraph"` // of its minutes: "§ 14"
	Period
}

// Absence is a time when a person is not to be asked.
type Absence struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"` // not within it; zero: until further notice
}

// Here reports whether the person is here at all: not closed, and active where he or she comes from.
func (p *Person) Here() bool { return p.Closed.IsZero() && (p.Synced == nil || p.Synced.Active) }

// Away reports whether the person is absent at a moment.
func (p *Person) Away(at time.Time) bool {
	return slices.ContainsFunc(p.Absences, func(a Absence) bool { return !at.Before(a.From) && (a.To.IsZero() || at.Before(a.To)) })
}

// Clone copies a person deep enough that the copy can be changed.
func (p Person) Clone() Person {
	p.Logins, p.Roles, p.Mandates, p.Absences = slices.Clone(p.Logins), slices.Clone(p.Roles), slices.Clone(p.Mandates), slices.Clone(p.Absences)
	for i := range p.Mandates {
		p.Mandates[i].Kinds = slices.Clone(p.Mandates[i].Kinds)
	}
	if p.Synced != nil {
		s := *p.Synced
		s.Groups = slices.Clone(s.Groups)
		p.Synced = &s
	}
	return p
}

// Board is what a board has laid down about its people: who is on call, who is asked after them, and what officials decide for it.
type Board struct {
	Authority   string       `json:"authority"` // slug
	Shifts      []Shift      `json:"shifts,omitempty"`
	Deputies    []ID         `json:"deputies,omitempty"` // asked in this order when nobody on call has answered
	Delegations []Delegation `json:"delegations,omitempty"`
	Meetings    []Meeting    `json:"meetings,omitempty"` // by day
	Rev         int64        `json:"rev"`
}

// Shift is a time during which somebody is on call for urgent decisions.
type Shift struct {
	Person ID        `json:"person"`
	From   time.Time `json:"from"`
	To     time.Time `json:"to"`             // not within it
	Rank   int       `json:"rank,omitempty"` // 0 is asked first
}

// Delegation is a line of the board's delegation list (kommunallagen 6:37, 7:5): who decides matters of some kinds for it.
type Delegation struct {
	Kinds     []string      `json:"kinds"`
	Title     string        `json:"title,omitempty"`  // of a Role within the board: whoever holds it; "" when Person is set
	Person    ID            `json:"person,omitempty"` //
	Law       string        `json:"law,omitempty"`    // "11 kap. 1 § SoL"
	Number    string        `json:"number,omitempty"` // in the list: "4.12"
	Decided   calendar.Date `json:"decided"`
	Paragraph string        `json:"paragraph,omitempty"`
	Period
}

// Meeting is a meeting of the board, to which decisions that were taken for it are reported (kommunallagen 6:40).
type Meeting struct {
	Day  calendar.Date `json:"day"`
	Stop time.Time     `json:"stop,omitzero"` // what is decided later is reported to the next
}

// Entry is one thing that happened to a person or a board.
type Entry struct {
	At      time.Time `json:"at"`
	By      string    `json:"by"`               // subject, or the job: "scim", "ldap:hr"
	ByName  string    `json:"byName,omitempty"` //
	What    []string  `json:"what"`             // codes of what changed: "entered", "name", "roles", "closed" …
	Change  string    `json:"change,omitempty"` // id of the Change that it was part of
	Confirm string    `json:"confirm,omitempty"`
}

// edges are the moments when the period begins and ends.
func (p Period) edges() []time.Time {
	var out []time.Time
	midnight := func(d calendar.Date) time.Time {
		return time.Date(d.Year(), d.Month(), d.Day(), 0, 0, 0, 0, clock.Stockholm)
	}
	if !p.From.IsZero() {
		out = append(out, midnight(p.From))
	}
	if !p.To.IsZero() {
		out = append(out, midnight(p.To.AddDays(1)))
	}
	return out
}
