// Package casework is the life of a case: a Case, the Events that can happen to it, and one pure function, Apply.
//
// Keys: a case has a random ID, and a reference that people read and say on the telephone. States say who acts next. Every
// event leaves a header in a chain of hashes over salted commitments; its body is a sealed part. What must be done in
// the world afterwards (tell somebody, make a document, hand rows over, look again on a certain day) is an Effect in the case
// itself, saved in the same write, run later by the outbox; what came of it comes back as an event.
//
// Invariants: Apply does no I/O and reads no clock; the same case, event and stamp give the same result, so a conflict is
// resolved by loading again and applying again. The day of arrival (Submitted) never changes (förvaltningslagen 22 §).
package casework

import (
	"slices"
	"time"

	"samtjanst/platform/idno"
	"samtjanst/platform/signing"
	"samtjanst/platform/timelimit"
)

// State says who acts next.
type State string

// States of a case.
const (
	AwaitingSignatures State = "awaiting-signatures" // the parties
	AwaitingCompletion State = "awaiting-completion" // the parties, by a date that was set
	AwaitingOfficer    State = "awaiting-officer"    // the officer
	Deciding           State = "deciding"            // those who are to sign the decision
	Decided            State = "decided"             // the platform and the officer: everybody is to be told
	Delivered          State = "delivered"           // the platform and the applicant: what was handed out is to be opened
	Closed             State = "closed"              // nobody
	Withdrawn          State = "withdrawn"           // nobody
)

// States lists every state, in the order a case passes them.
var States = []State{AwaitingSignatures, AwaitingCompletion, AwaitingOfficer, Deciding, Decided, Delivered, Closed, Withdrawn}

// Open reports whether somebody still has something to do.
func (s State) Open() bool { return s != Closed && s != Withdrawn }

// ID of a case: 26 random letters and digits.
type ID string

// PartID names an immutable part of a case.
type PartID string

// Case is the head of a case. All of it is sealed at rest but for what store.CaseRow shows in the clear.
type Case struct {
	ID           ID
	Reference    string
	Number       string // diarienummer, "" until claimed
	Tenant       string
	Authority    string
	Host         string // the other organisation's board whose officers work with the case in a cooperation; "" none
	Form         string
	Version      string // hash of the form version
	Lang         string // language the applicant used
	Draft        string // the draft it was made from: a second submit finds this case
	Subject      string // who or what it is about, as lists show it
	Unique       string // key by which a second application for the same thing is found
	State        State
	Since        time.Time // since when State waits
	Stage        string    // inner stage, "" when the form has none
	StageSince   time.Time
	Browser      string    // handed in without login: keyed hash of the secret that the browser holds, "" else
	Submitted    time.Time // inkommen; never changes
	Changed      time.Time
	Manual       bool // the register was down: facts were entered by hand
	Guarded      bool // protection was found after submission: nothing goes out but by the officer's hand
	Parties      []Party
	Children     []idno.Number // whom it is about when that is a child: protection and custody are asked again
	Absent       []idno.Number // guardians who take no part: deceased or emigrated when it was submitted
	OneGuardian  bool          // the form asks one guardian of a child only: the others are no parties, and need not be
	Named        []idno.Number // others whom the answers name by number, as the principal of a deputy: protection is asked again
	Content      Content
	Order        signing.Order // of what was handed in
	Tasks        []Task
	Calls        []Call     // to those who decide
	Questions    []Question // of those who decide
	Dispatches   []Dispatch // to other authorities, of the decision
	Posted       []Posted   // letters to people who are no parties
	Takeover     *Takeover  // the host has handed the case over, and nobody has accepted it; nil else
	Assignee     string     // staff subject
	AssigneeName string
	Decision     *Decision
	Against      []Decision // proposals that somebody who was to decide was against, oldest first
	Handout      *Handout
	Handovers    []HandoverState
	Rides        []Ride
	Booked       []Booked         // times that the applicant has
	Rules        []timelimit.Rule // the form's time limits that hold on what was handed in
	Limits       []Limit          // those that have begun
	LimitStarts  []LimitStart     // what somebody has recorded that they are counted from
	Events       []Header
	Effects      []Effect
	Seq          int // last number given to an effect or task
}

// GuardianRole is the role of those who take part because they are guardians of the case's children.
const GuardianRole = "guardian"

// Party is somebody in the case.
type Party struct {
	ID        signing.PartyID
	Role      string // "applicant", GuardianRole or another that the form has
	Number    idno.Number
	Name      string
	Own       *Ref    // the own section once filled
	Facts     *Ref    // what the register said of the party then; the applicant's stand among the case's facts
	Contact   Contact // how the party said he or she can be reached, in the own section
	Given     Contact // how the applicant said so; for the officer and the notice only
	Delivered []Delivery
	Subject   string // of a member of staff who signs: the stable id at the organisation's login
	Title     string // in what capacity, in the officer's words: "Ordförande"; "" as the form names the role
	Left      bool   // somebody else has the place: not a party any more, and without access
}

// Contact is how to reach somebody.
type Contact struct {
	Email string
	Phone string // E.164
}

// IsZero reports whether there is no way to reach anybody.
func (c Contact) IsZero() bool { return c == Contact{} }

// Delivery is one time somebody was told something: when, how, and whether it was opened.
type Delivery struct {
	What    string // "receipt", "invitation", "reminder", "decision", "delivery", "completion"
	Channel string // "pages" (Mina sidor), "mail", "sms", "letter"
	At      time.Time
	Failed  string // code when it did not get there
	Opened  time.Time
}

// Ref points to an immutable part with the salt that its digest was made with. An attachment's bytes lie among the files.
type Ref struct {
	Part signing.Part
	Salt []byte
	Key  []byte // of an attachment's sealed bytes, which lie among the files under the part's id
}

// Content is what the parties handed in.
type Content struct {
	Common      Ref   // answers all parties share
	Given       *Ref  // answers of the applicant's for the officer alone; signed by the applicant
	Facts       Ref   // what the register said; never signed, since each party may see only some of it
	Attachments []Ref // as stored bytes; the part id is the blob's
}

// Parts lists what is signed: the common answers, each own section that has been filled, every attachment.
func (c *Case) Parts() []signing.Part {
	parts := []signing.Part{c.Content.Common.Part}
	if c.Content.Given != nil {
		parts = append(parts, c.Content.Given.Part)
	}
	for _, p := range c.Parties {
		if p.Own != nil {
			parts = append(parts, p.Own.Part)
		}
	}
	for _, a := range c.Content.Attachments {
		parts = append(parts, a.Part)
	}
	return parts
}

// TaskKind is something that the officer must deal with.
type TaskKind string

// Kinds of tasks. Each stands in the inbox with its legal consequence until done.
const (
	TaskLetter       TaskKind = "letter"        // print and post: no address, or unopened decision or handout
	TaskNoticeFailed TaskKind = "notice-failed" // a notice could not be delivered
	TaskDeclined     TaskKind = "declined"      // a party declined
	TaskHindered     TaskKind = "hindered"      // a party cannot sign, and nobody is left to ask
	TaskExpired      TaskKind = "expired"       // signatures are missing after the deadline
	TaskProtection   TaskKind = "protection"    // a party or child is now protected, or custody has changed
	TaskHandover     TaskKind = "handover"      // rows could not be handed over
	TaskCompletion   TaskKind = "completion"    // the completion's day has passed
	TaskDocument     TaskKind = "document"      // a document could not be made
)

// Task for the officer.
type Task struct {
	ID     int
	Kind   TaskKind
	Party  signing.PartyID
	Opened time.Time
	Detail string // code, never personal data
	Done   time.Time
}

// Decision of the authority.
type Decision struct {
	ID          string
	Outcome     string
	Grounds     []string
	Grants      bool
	Rows        []map[string]any // granted rows, by the form's columns
	Text        Ref              // the decision's Markdown as decided
	PDF         *Ref             // for the parties
	By          string           // staff subject of the decider; of a proposal, of whoever laid it
	ByName      string
	Title       string    // the title of ByName as it stands in the decision; "" not known
	Proposer    *Proposer // who laid it before those who sign it; nil when the decider did that alone
	Delegation  string
	At          time.Time
	DecidedAt   time.Time        // when it was taken, where that was earlier than it was written and signed; zero else
	Rules       []timelimit.Rule // the form's time limits that hold on the answers that it rests on
	Reported    time.Time        // to the board
	Appeals     []string
	Targets     []string      // what gets the granted rows
	Unread      time.Duration // a letter goes to whoever has not opened it for so long; 0 never
	Signers     []Party       // who sign it; none when the decider's word is enough
	Plan        *signing.Plan // how they sign
	Order       signing.Order // of their signatures
	Ground      string        // why the proposal was taken back; "" it was not
	Kind        string        // what is decided, as mandates name it, when whom it is laid before stands in the register of people; "" else
	OrderReason string        // why they are asked in another order than the register's; "" they are not
	// News is what is new since somebody who was to decide was against an earlier proposal; "" nobody was.
	News     string
	Oral     *Oral         // taken by word of mouth or by pen; nil when it was signed
	Later    signing.Order // of the signature that such a decision still wants
	Dispatch []Dispatch    // to whom it is sent on when it has been taken
}

// HandoverState is what became of rows handed to a target.
type HandoverState struct {
	Target   string
	Ref      string
	Rows     int
	Excluded int // protected pupils, told apart
	At       time.Time
	Failed   string
}

// Ride is one line of the operator's ride list for this case's pupil.
type Ride struct {
	Date  string // YYYY-MM-DD or weekday
	Time  string // HH:MM
	Place string
	Route string
	File  string // the list it came in
	Line  int
	For   signing.PartyID // "" all guardians
}

// Header of an event: what stands in the clear in the chain. Hash = SHA-256(Prev ‖ canonical header without Hash).
type Header struct {
	Seq        int
	At         time.Time
	Kind       string
	By         By
	Body       PartID // the part that holds body and salt
	Commitment string // SHA-256(salt ‖ body), hex
	Prev       string
	Hash       string
}

// By says who did it, without naming the person: the name stands in the sealed body.
type By struct {
	Kind  string // "party", "staff", "system"
	Party signing.PartyID
}

// EffectKind is something to do in the world, or a moment to look again.
type EffectKind string

// Kinds of effects.
const (
	EffectNumber   EffectKind = "number"  // claim the diarienummer
	EffectReceipt  EffectKind = "receipt" // tell the applicant it has come in
	EffectInvite   EffectKind = "invite"  // ask a party to sign
	EffectRemind   EffectKind = "remind"  // remind a party
	EffectComplete EffectKind = "signed"  // tell the parties that all have signed
	EffectOrdered  EffectKind = "completion"
	EffectDocument EffectKind = "document" // make the decision's PDF
	EffectTell     EffectKind = "tell"     // tell a party of the decision, or of what was handed out
	EffectHandover EffectKind = "handover" // hand granted rows over
	EffectDeclined EffectKind = "declined" // tell the applicant that somebody has declined
	EffectExpire   EffectKind = "expire"   // timer: the deadline of the order that Arg names
	EffectClimb    EffectKind = "climb"    // timer: the next on the ladder of the order that Arg names
	EffectUnopened EffectKind = "unopened" // timer: has it been opened?
	EffectOverdue  EffectKind = "overdue"  // timer: has the completion come?
)

// Effect is pending. ID is stable and travels as message id, client reference or instruction id.
type Effect struct {
	ID       string // case id + "-" + number
	Kind     EffectKind
	Party    signing.PartyID
	Arg      string    // target of a handover, id of an order, channel of a reminder; "" else
	At       time.Time // not before
	Attempts int
	Failed   string    // code of the last failure
	Lease    time.Time // somebody is running it until then
}

// Party gives a party, or somebody who signs the decision, by id; nil when there is none.
func (c *Case) Party(id signing.PartyID) *Party {
	for i := range c.Parties {
		if c.Parties[i].ID == id {
			return &c.Parties[i]
		}
	}
	if c.Decision != nil {
		for i := range c.Decision.Signers {
			if c.Decision.Signers[i].ID == id {
				return &c.Decision.Signers[i]
			}
		}
	}
	return nil
}

// PartyOf gives the party with one of a person's numbers; nil when there is none, or somebody else has taken the place.
func (c *Case) PartyOf(numbers ...idno.Number) *Party {
	for _, n := range numbers {
		for i := range c.Parties {
			if !n.IsZero() && c.Parties[i].Number == n && !c.Parties[i].Left {
				return &c.Parties[i]
			}
		}
	}
	return nil
}

// Guards reports whether the party takes part as guardian of the case's children, if it has any: the applicant and the other guardians, not
// somebody who only pays.
func (c *Case) Guards(p *Party) bool { return p.ID == c.Applicant().ID || p.Role == GuardianRole }

// Applicant is the first party.
func (c *Case) Applicant() *Party { return &c.Parties[0] }

// Due is when the case next wants the outbox's attention; zero for never.
func (c *Case) Due() time.Time {
	var due time.Time
	for _, e := range c.Effects {
		at := e.At
		if e.Lease.After(at) {
			at = e.Lease
		}
		if due.IsZero() || at.Before(due) {
			due = at
		}
	}
	return due
}

// OpenTasks lists tasks that are not done.
func (c *Case) OpenTasks() []Task {
	var out []Task
	for _, t := range c.Tasks {
		if t.Done.IsZero() {
			out = append(out, t)
		}
	}
	return out
}

// HostLabel is the label of cases that another organisation's board works with.
func HostLabel(host string) string { return "host:" + host }

// Labels are the words that lists filter by.
func (c *Case) Labels() []string {
	var l []string
	if len(c.OpenTasks()) > 0 {
		l = append(l, "task")
	}
	if c.Decision != nil && c.State != Deciding && c.Decision.Reported.IsZero() {
		l = append(l, "unreported")
	}
	if c.Host != "" {
		l = append(l, HostLabel(c.Host))
	}
	l = append(l, c.labelsAsked()...)
	l = append(l, c.labelsLimits()...)
	if c.Manual {
		l = append(l, "manual")
	}
	if c.Stage != "" {
		l = append(l, StageLabel(c.Stage))
	}
	return l
}

// Clone copies the case deep enough that Apply can change the copy.
func (c Case) Clone() Case {
	c.Parties = slices.Clone(c.Parties)
	for i := range c.Parties {
		c.Parties[i].Delivered = slices.Clone(c.Parties[i].Delivered)
	}
	c.Content.Attachments = slices.Clone(c.Content.Attachments)
	c.Order = c.Order.Clone()
	c.Tasks, c.Effects, c.Events = slices.Clone(c.Tasks), slices.Clone(c.Effects), slices.Clone(c.Events)
	c.Against = slices.Clone(c.Against)
	c.Limits, c.LimitStarts = slices.Clone(c.Limits), slices.Clone(c.LimitStarts)
	for i := range c.Limits {
		c.Limits[i].Extended = slices.Clone(c.Limits[i].Extended)
	}
	c.Handovers, c.Rides = slices.Clone(c.Handovers), slices.Clone(c.Rides)
	c.Calls, c.Questions = slices.Clone(c.Calls), slices.Clone(c.Questions)
	c.Dispatches, c.Posted = slices.Clone(c.Dispatches), slices.Clone(c.Posted)
	if c.Decision != nil {
		d := *c.Decision
		d.Order, d.Later, d.Signers = d.Order.Clone(), d.Later.Clone(), slices.Clone(d.Signers)
		for i := range d.Signers {
			d.Signers[i].Delivered = slices.Clone(d.Signers[i].Delivered)
		}
		c.Decision = &d
	}
	if c.Handout != nil {
		h := *c.Handout
		c.Handout = &h
	}
	return c
}
