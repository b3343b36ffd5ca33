package flow

import (
	"time"

	"samtjanst/forms"
	"samtjanst/forms/slots"
	"samtjanst/integrations/eid"
	"samtjanst/platform/casework"
	"samtjanst/platform/directory"
	"samtjanst/platform/files"
	"samtjanst/platform/identity"
	"samtjanst/platform/signing"
	"samtjanst/platform/store"
)

// What use cases give to pages. Everything in them may be shown to the actor who asked; nothing else is in them.

// ServiceView is one e-service as a municipality offers it.
type ServiceView struct {
	Tenant   *directory.Tenant
	Form     *forms.Form
	Settings map[string]any
	OtherWay string // Markdown: the other way to apply
	LastDay  string // YYYY-MM-DD, "" none
	Closed   string // a message when it cannot be started now, "" open
	// Opens is the day on which it can be begun, YYYY-MM-DD, while that is to come. Over: the last day, which was that of one year, has been. What
	// was begun before that can be handed in.
	Opens string
	Over  bool
}

// Shut reports whether nothing can be begun now.
func (v ServiceView) Shut() bool { return v.Closed != "" || v.Opens != "" || v.Over }

// DraftView is a draft at one page.
type DraftView struct {
	ID       string
	Rev      int64
	Service  ServiceView
	Form     *forms.Form // the version the draft was made with
	View     *forms.View
	Page     *forms.Page    // nil on the check page
	Stored   map[string]any // stored answers, hidden ones included
	Problems []forms.Problem
	Typed    forms.Typed
	Files    map[string]files.Attachment // by attachment id
	Source   string                      // where register facts come from: "Navet", "manual"
	FactsAt  time.Time
	Lookups  map[string]bool               // registers that can be asked from the page
	Times    map[forms.Pointer]slots.Offer // what can be booked on the page; on the check page how each that is chosen is held
	Expires  time.Time
	Earlier  *Earlier // another application for the same thing, if any
	Return   bool     // came from the check page to change one answer
	Amends   *Amended // the case that this draft changes; nil for an application of its own
	// Again are the questions that a newer version of the service asks once more, since the answers given did not fit it.
	Again        []forms.Text
	Prepared     *Prepared   // set when officers fill it in together
	Case         casework.ID // set when the own section of a case is filled, instead of a draft
	Position, Of int         // this page among those shown
}

// Earlier is an application for the same child and school year.
type Earlier struct {
	Reference string
	Submitted time.Time
	Case      casework.ID // "" when the actor is no party in it
}

// Saved says where to go after a page was posted.
type Saved struct {
	Next string     // page id, journey.CheckPage, or the same page when there are problems
	View *DraftView // set when the page is to be shown again with problems
	// Asked is the place of the field by which a register was asked; "" when none was.
	Asked forms.Pointer
}

// Item is one line of Mina sidor.
type Item struct {
	Kind      string // "sign": the person's turn · "later": others sign first · "draft" · "case"
	ID        string // draft or case id
	Tenant    *directory.Tenant
	Form      string // form id
	Title     forms.Text
	Subject   string
	Reference string
	State     casework.State
	Since     time.Time
	Expires   time.Time // of a draft
	Ending    bool      // … that is so near that its owner is being told
	Deadline  time.Time // of a signature
	Asked     time.Time // since when it is the person's turn
	Signed    time.Time // when the person signed; zero when not
	Method    string    // the e-legitimation's id, "paper"; of Signed
	Done, Of  int       // signatures there are, of those that are needed
	Amends    bool      // a draft that changes what was handed in
	Decision  bool      // there is a decision to read
	Handout   bool      // something was handed out to open
	Unread    bool      // … that has not been opened
}

// CaseView is a case as one party may see it.
type CaseView struct {
	ID          casework.ID
	Rev         int64
	Reference   string
	Number      string
	Service     ServiceView
	Form        *forms.Form
	State       casework.State
	Submitted   time.Time
	Since       time.Time
	Booked      []BookedTime // times that belong to it
	Me          signing.PartyID
	Applicant   bool        // the reader is the applicant
	View        *forms.View // the common part: summarise it for renderer.Party
	Own         *forms.View // the reader's own section, nil when not filled: summarise its own pages for renderer.Self
	Attachments []Attachment
	Signatures  []SignatureView
	Steps       []StepView // the same, by step
	Done, Of    int        // signatures there are, of those that are needed
	Deadline    time.Time
	MaySign     bool
	Asked       time.Time // since when it is the reader's turn
	Later       bool      // it is not the reader's turn yet
	Again       bool      // the reader had signed, and what was signed has changed
	Spared      bool      // the reader's signature is not needed any more
	Ladder      bool      // others are asked when the reader cannot
	Evidence    bool      // there is evidence of the reader's own signature
	MayAmend    bool      // the reader may change what was handed in
	DeclineBack bool      // the applicant is told when somebody does not sign, and not only the officer
	Refused     bool      // the reader, who is the applicant, is told that somebody has not signed
	OwnFirst    bool      // the own section must be filled before signing
	MayWithdraw bool
	MayCopy     bool
	Completion  string // text of an order to complete, "" none
	CompleteBy  time.Time
	Decision    *DecisionView
	Handout     *HandoutView // the applicant's alone
	Rides       []casework.Ride
	Receipt     bool
	Told        bool // somebody without login said where to be told, and wants to be
}

// Attachment that the reader may open.
type Attachment struct {
	ID   string
	Name string
	Type string
	Size int64
	By   signing.PartyID
}

// SignatureView is one signature as a party may see it: who and whether, never where somebody is reached or why not.
type SignatureView struct {
	Party signing.PartyID
	Name  string
	Role  string
	Me    bool
	State signing.PlaceState // of others, parties see waiting, signed, on-paper, waived and spared only
	Later bool               // it is not the party's turn yet
	At    time.Time
	// Method of the reader's own: the e-legitimation's id, "paper".
	Method string
	Phone  bool // the reader signed in a telephone call
}

// DecisionView is the decision as the reader may open it.
type DecisionView struct {
	Outcome string
	Title   forms.Text
	At      time.Time
	PDF     bool
	Opened  time.Time
}

// SigningView is an order with the e-legitimation in progress, or about to start.
type SigningView struct {
	Case     *CaseView
	Document string // the name of what is signed
	Text     string // shown in the app
	Markdown bool
	Parts    []signing.Part // exactly what is signed, those that the reader may open
	Digest   string         // of the manifest
	Offers   eid.Offers     // what can be signed with
	Order    *Started       // nil before it has started
	Status   eid.Status
}

// StaffCase is a case as an officer of its authority sees it.
type StaffCase struct {
	Case        casework.Case
	Rev         int64 // what the officer looks at: a decision is taken on this revision or not at all
	Service     ServiceView
	Form        *forms.Form
	View        *forms.View                     // common answers
	Own         map[signing.PartyID]*forms.View // each own section
	Facts       map[string]any
	FactsSource string
	FactsAt     time.Time
	Attachments []Attachment
	Events      []EventView
	Reads       []store.Read
	Letters     []LetterView
	Related     []Row // the same child in this authority
	Colleagues  []Colleague
}

// EventView is an event with its body.
type EventView struct {
	Header casework.Header
	Name   string
	Event  map[string]any
}

// LetterView is a letter the officer can print.
type LetterView struct {
	Party signing.PartyID
	What  string // "invitation", "decision", "completion"
	Task  int
}

// Row is one line of the inbox.
type Row struct {
	ID           casework.ID
	Reference    string
	Number       string
	Form         string
	Title        forms.Text
	Subject      string
	Authority    identity.AuthorityID // whose case it is
	State        casework.State
	Stage        string // title of the inner stage, "" none
	Submitted    time.Time
	Since        time.Time
	Assignee     string
	AssigneeName string
	Done, Of     int       // signatures
	MissingSince time.Time // since when the longest missing signature has been asked for
	Tasks        []casework.TaskKind
	Outcome      string
	Decided      time.Time // zero while undecided
	DecidedBy    string    // name and title
	Unreported   bool
	Limits       []RowLimit // time limits that something is left to do about, those first that end first
}

// Inbox is a page of rows.
type Inbox struct {
	Rows  []Row
	Next  store.Cursor
	More  bool
	Count int // capped at 1000: shown as "999+"
	// Counts by state, each capped.
	Counts map[casework.State]int
	Tasks  int
	Limits int // cases in which it is time to act on a time limit, or one was missed, whatever is filtered by
	ToSign int // decisions that wait for the reader's own signature, whatever is filtered by
}

// InboxQuery is what the officer filters by; zero fields do not restrict.
type InboxQuery struct {
	States []casework.State
	// Municipality narrows to the cases of one organisation, for officers of a board that works for several.
	Municipality identity.TenantID
	Form         string
	Stage        string // inner stage, of Form's
	Mine         bool
	Nobody       bool // unassigned
	Task         bool
	Later        bool   // a time limit runs, and there is time left; UrgentLimits has the others
	Search       string // reference, number, or words of the subject
	Order        store.Order
	After        store.Cursor
	// RowsOnly leaves the figures out, which another query of the same page gives.
	RowsOnly bool
}

// DecisionInput is what the officer fills in.
type DecisionInput struct {
	Outcome string
	Grounds []string
	Reasons string // Markdown
	Rows    []int  // indexes into the proposed grants
	From    string // YYYY-MM-DD
	To      string
	Title   string // the decider's title
	// Day (YYYY-MM-DD) and Clock (HH:MM) say when the decision was taken, where it was taken orally before it was written; both "": now, or
	// when it is signed.
	Day, Clock string
	// Propose lays the decision as a proposal before Signers; else the one who decides signs. Of forms whose decisions are signed only.
	Propose bool
	Signers []string // colleagues, by subject, in the order in which they are asked
	// OrderReason says why that is another order than the register's, where the form asks those whom the register names.
	OrderReason string
	// News is what is new since somebody was against an earlier proposal; needed then.
	News string
}

// DecisionPreview is the decision as it would be.
type DecisionPreview struct {
	Markdown string
	Problems []forms.Problem // pointers "/outcome", "/grounds", "/reasons", "/rows", "/from", "/to", "/title", "/day", "/clock", "/signers", "/orderReason", "/news"
	Proposed []map[string]any
	// Grounds are those that the answers settle, by id: nobody chooses among them; nil when whoever decides does.
	Grounds []string
	Guarded bool // somebody in the case is protected
}
