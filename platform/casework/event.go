package casework

import (
	"time"

	"samtjanst/platform/signing"
	"samtjanst/platform/timelimit"
)

// Event is something that happened. Late facts carry their own time in the stamp, not now.
type Event interface{ Kind() string }

// Stamp says when, by whom, and gives the randomness that Apply itself must not draw.
type Stamp struct {
	At   time.Time
	By   By
	Name string // the person's name or the job's, for the sealed body
	Body PartID // id of the part that will hold the body
	Salt []byte // 16 random bytes
}

// The events.
type (
	// Submitted: the applicant handed in. The case has its content and parties already; those of the plan are asked to sign.
	Submitted struct{ Plan signing.Plan }
	// Opened: a party opened the signing page.
	Opened struct{ Party signing.PartyID }
	// OwnFilled: a party filled the own section; nobody's signature is voided.
	OwnFilled struct {
		Party       signing.PartyID
		Own         Ref
		Facts       *Ref  // what the register said of the party
		Attachments []Ref // that the section refers to
		Contact     Contact
	}
	// SignedBy: a party signed with e-legitimation and the evidence was verified.
	SignedBy struct {
		Party    signing.PartyID
		Method   string
		Manifest string // digest, hex
		Evidence PartID
		Call     *signing.Call // in which an officer asked for it; nil when the party signed alone
	}
	// AskedByPhone: an officer who was talking with a party asked for the signature.
	AskedByPhone struct {
		Party  signing.PartyID
		Caller string // as signing.Call
	}
	// DeclinedBy: a party said no. The reason is for the officer alone. Back says that the applicant is to change what others do not sign,
	// and is told that somebody has declined.
	DeclinedBy struct {
		Party  signing.PartyID
		Reason string
		Back   bool
	}
	// HinderedBy: a party cannot sign, for a reason that has nothing to do with what is signed: ill, unreachable, jäv. The next on the
	// ladder is asked.
	HinderedBy struct {
		Party  signing.PartyID
		Reason string
	}
	// Replaced: the officer put somebody else in a party's place. New is a party of the case already, or becomes one.
	Replaced struct {
		Old    signing.PartyID
		New    Party
		Ground string
	}
	// Amended: the applicant changed what was handed in. Whoever had signed it is asked again.
	Amended struct {
		Content  Content
		Own      *Ref // the applicant's own section
		Booked   []Booked
		Subject  string
		Deadline time.Time
		Rules    []timelimit.Rule // the form's time limits that hold on it
	}
	// WithdrawnBy: the applicant took the application back.
	WithdrawnBy struct{ Party signing.PartyID }
	// ReminderAsked: the officer wants a party reminded now.
	ReminderAsked struct{ Party signing.PartyID }
	// CompletionOrdered: föreläggande with a day and its consequence (förvaltningslagen 20 §).
	CompletionOrdered struct {
		Parties []signing.PartyID
		Text    string
		Due     time.Time
	}
	// CompletionCame: what was ordered has come, some other way than by a signature here.
	CompletionCame struct{}
	// WentOn: the officer goes on without a party's signature, on a stated ground.
	WentOn struct {
		Party  signing.PartyID
		Ground string
	}
	// SignedOnPaper: the officer registered a sheet signed by pen, with its scan.
	SignedOnPaper struct {
		Party signing.PartyID
		Scan  Ref
		On    string // YYYY-MM-DD on the paper
	}
	// Assigned: to a member of staff, or to nobody.
	Assigned struct{ To, Name string }
	// TaskDone: the officer has dealt with a task by hand.
	TaskDone struct{ Task int }
	// LetterSent: the officer posted a letter to a party.
	LetterSent struct {
		Party signing.PartyID
		What  string // "invitation", "decision", "delivery"
		Task  int    // the task it settles, 0 for none
	}
	// DecisionTaken: the authority decided, or proposes what its Signers are to decide.
	DecisionTaken struct{ Decision Decision }
	// DecisionOpened: a party opened the decision under Mina sidor.
	DecisionOpened struct{ Party signing.PartyID }
	// Reported: the decision stood in the list reported to the board.
	Reported struct{ Meeting string }
	// ProtectionFound: the register now protects somebody in the case, or custody has changed. What is a code.
	ProtectionFound struct{ What string }
	// RidesReceived: the operator's list had lines for this case's pupil; they replace those before.
	RidesReceived struct {
		File  string
		Rides []Ride
	}
)

// Events that answer an effect; Effect is its id.
type (
	// NumberClaimed: the diarienummer.
	NumberClaimed struct{ Effect, Number string }
	// NoticeSent: a neutral notice left by Channel ("mail", "sms"), or lies under Mina sidor only ("pages").
	NoticeSent struct {
		Effect, Channel string
	}
	// NoticeFailed: it cannot be delivered: Why is "no-address", "refused", "protected". Permanent.
	NoticeFailed struct{ Effect, Why string }
	// DocumentMade: the decision's PDF.
	DocumentMade struct {
		Effect string
		PDF    Ref
	}
	// HandedOver: rows left for a target; Excluded were protected.
	HandedOver struct {
		Effect         string
		Rows, Excluded int
	}
	// TimerFired: an expire, unopened or overdue effect came due.
	TimerFired struct{ Effect string }
	// EffectFailed: try again at Next; Code says why. It leaves no header: it is about our machinery, not about the case.
	EffectFailed struct {
		Effect, Code string
		Next         time.Time
		GiveUp       bool
	}
	// Released: whoever had leased effects is dead; they can be run at once. It leaves no header.
	Released struct{}
	// Leased: somebody runs the effect until then. It leaves no header.
	Leased struct {
		Effect string
		Until  time.Time
	}
)

// Kind names stand in the chain and are never reused with another meaning.
func (Submitted) Kind() string         { return "submitted" }
func (Opened) Kind() string            { return "opened" }
func (OwnFilled) Kind() string         { return "own-filled" }
func (SignedBy) Kind() string          { return "signed" }
func (AskedByPhone) Kind() string      { return "asked-by-phone" }
func (DeclinedBy) Kind() string        { return "declined" }
func (HinderedBy) Kind() string        { return "hindered" }
func (Replaced) Kind() string          { return "replaced" }
func (Amended) Kind() string           { return "amended" }
func (WithdrawnBy) Kind() string       { return "withdrawn" }
func (ReminderAsked) Kind() string     { return "reminder-asked" }
func (CompletionOrdered) Kind() string { return "completion-ordered" }
func (CompletionCame) Kind() string    { return "completion-came" }
func (WentOn) Kind() string            { return "went-on" }
func (SignedOnPaper) Kind() string     { return "signed-on-paper" }
func (Assigned) Kind() string          { return "assigned" }
func (TaskDone) Kind() string          { return "task-done" }
func (LetterSent) Kind() string        { return "letter-sent" }
func (DecisionTaken) Kind() string     { return "decided" }
func (DecisionOpened) Kind() string    { return "decision-opened" }
func (Reported) Kind() string          { return "reported" }
func (ProtectionFound) Kind() string   { return "protection-found" }
func (RidesReceived) Kind() string     { return "rides-received" }
func (NumberClaimed) Kind() string     { return "number-claimed" }
func (NoticeSent) Kind() string        { return "notice-sent" }
func (NoticeFailed) Kind() string      { return "notice-failed" }
func (DocumentMade) Kind() string      { return "document-made" }
func (HandedOver) Kind() string        { return "handed-over" }
func (TimerFired) Kind() string        { return "timer" }
func (EffectFailed) Kind() string      { return "" }
func (Leased) Kind() string            { return "" }
func (Released) Kind() string          { return "" }
