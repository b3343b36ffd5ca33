package forms

import "encoding/json"

// Definition is a form as its author wrote it: the folder of form.yaml, schema.json, layout.yaml, text, documents and
// scenarios, strictly decoded (an unknown key is an error with file, line and column).
type Definition struct {
	Meta      Meta
	Schema    json.RawMessage              // JSON Schema 2020-12 of the answers
	Layout    Layout                       // pages, sections, fields
	Text      map[string]map[string]string // language → key → translation; Swedish stands in the files themselves
	Documents map[string]map[string]string // document name → language → Markdown with placeholders
	Tables    map[string]Table             // name → tables/NAME.yaml

	source source // where each value stands in the folder; empty for a definition from the database
}

// Meta is form.yaml.
type Meta struct {
	ID       string   `yaml:"id"`
	Title    string   `yaml:"title"`
	Summary  string   `yaml:"summary"`
	Category string   `yaml:"category"`
	Keywords []string `yaml:"keywords"` // what people search for
	// Authority is the slug of the owning board within the municipality, "barn-och-utbildning". With audience staff there is none: the case is
	// the board's whose officer begins it.
	Authority   string      `yaml:"authority"`
	Responsible Responsible `yaml:"responsible"`
	// Audience is who begins: "citizen", or "staff". What staff begin is in no list of services and needs no listing by the municipality;
	// for everybody else it does not exist until they are parties of a case.
	Audience string   `yaml:"audience"`
	Login    int      `yaml:"login"` // level of assurance: 0, 2, 3 or 4
	Class    Class    `yaml:"class"`
	Legal    []Legal  `yaml:"legal"`
	Overview Overview `yaml:"overview"`
	// Prefill names the fact sources: "applicant" gives /applicant, "guardianship" that and /children. With none the register is not asked.
	Prefill []string `yaml:"prefill"`
	Parties []Party  `yaml:"parties"`
	// Own is the pointer of the object that each party fills for himself or herself, "/egen"; "" when there is none.
	Own string `yaml:"own"`
	// Subject is a CEL expression over the scope that names who or what the case is about, as lists show it: the pupil's name.
	Subject string `yaml:"subject"`
	// Unique is a CEL expression giving the key by which a second application for the same thing is found, "" for none.
	Unique    string            `yaml:"unique"`
	Hindrance []Hindrance       `yaml:"hindrance"` // conditions under which the service cannot be used
	Computed  map[string]string `yaml:"computed"`  // name → CEL
	Signing   Signing           `yaml:"signing"`
	Decision  Decision          `yaml:"decision"`
	Delivery  Delivery          `yaml:"delivery"` // how a case ends where nothing is decided
	Handover  []Handover        `yaml:"handover"`
	Dispatch  []Dispatch        `yaml:"dispatch"`  // to which authorities a decision is sent on
	Letters   []Letter          `yaml:"letters"`   // to people of whom the answers tell, when it is decided
	Copyable  []string          `yaml:"copyable"`  // pointers that "copy for a sibling" carries over
	Reference string            `yaml:"reference"` // letters that begin the platform's reference: "SKJ"
	Series    string            `yaml:"series"`    // pattern of the diarienummer: "BUN {year}-{seq:4}"; "" for none
	Retention Retention         `yaml:"retention"`
	DraftDays int               `yaml:"draftDays"` // how long a draft is kept after the last change
	// DraftNotice is how many days before that its owner is told, when there is an address; 3 when it is not said.
	DraftNotice int `yaml:"draftNotice"`
	// Drafts: what becomes of applications that are begun when a changed form is published from files. A change that is not safe for them is not
	// published before it is said here.
	Drafts []DraftStep `yaml:"drafts"`
	// Stages of the inner handling, the first where a case begins; none when a case has only its state.
	Stages []Stage `yaml:"stages"`
	// Limits are what must be done within a time that a law sets; [fl11, fl12] are ready-made.
	Limits []Limit `yaml:"limits"`
	// Contact is for services without login: the pointer of an object {name, email, phone, consent} where whoever hands in may say who
	// he or she is. Notices go to email or phone only when consent is given. "" when nothing is asked.
	Contact string `yaml:"contact"`
	// Settings are values a municipality gives for this form, with defaults; read in conditions and CEL as /settings/….
	Settings map[string]any `yaml:"settings"`
}

// Responsible names the functions (not people) that run and develop the service (need E8).
type Responsible struct {
	Operations  string `yaml:"operations"`
	Development string `yaml:"development"`
}

// Class is the information class by KLASSA: confidentiality, correctness, availability, 0–4.
type Class struct {
	K int `yaml:"k"`
	R int `yaml:"r"`
	T int `yaml:"t"`
}

// Legal is a legal basis with the days it is in force.
type Legal struct {
	Text string `yaml:"text"`
	URL  string `yaml:"url"`
	From string `yaml:"from"` // YYYY-MM-DD
	To   string `yaml:"to"`   // "" while in force
}

// Overview is what a citizen reads before starting.
type Overview struct {
	Needs    []string `yaml:"needs"`    // what to have at hand
	Signers  string   `yaml:"signers"`  // who must sign, in words
	Minutes  int      `yaml:"minutes"`  // how long it takes
	Handling string   `yaml:"handling"` // how personal data is handled, Markdown
	Help     string   `yaml:"help"`     // Markdown
	Decision string   `yaml:"decision"` // when one can expect a decision, in words
	Opens    string   `yaml:"opens"`    // YYYY-MM-DD, "" always open
	LastDay  string   `yaml:"lastDay"`  // MM-DD each year or YYYY-MM-DD; "" none
	OtherWay string   `yaml:"otherWay"` // the other way to apply, Markdown; named by every hindrance
}

// Party is a role in the case beside the applicant.
type Party struct {
	Role  string `yaml:"role"`  // "guardian"
	Title string `yaml:"title"` // "Vårdnadshavare"
	From  string `yaml:"from"`  // CEL giving a list of {number, name}; absent with audience staff: the officer names them
	// Directory names them by a role in the organisation's register of people, in place of from: whoever holds it when the application is handed in.
	Directory *DirectoryRole `yaml:"directory"`
	// Signs is a condition under which those people must sign; absent: always.
	Signs *Condition `yaml:"signs"`
	// Own: they fill the own section before they sign.
	Own bool `yaml:"own"`
	// Contact is the pointer of an object {email, phone} where the applicant gave how to reach them; audience officer.
	Contact string `yaml:"contact"`
}

// DirectoryRole is a role in an organisation's register of people. Role or title, or both, which then both must hold. Who is away is not asked;
// those who are on call come first, then the board's deputies in their order, then the others by name.
type DirectoryRole struct {
	Organisation string `yaml:"organisation" json:"organisation,omitempty"` // its id, when it is another that works together with the municipality
	Authority    string `yaml:"authority" json:"authority,omitempty"`       // the board; absent: the one whose service it is
	Role         string `yaml:"role" json:"role,omitempty"`                 // "chair", "decider", "manager" or "officer"
	Title        string `yaml:"title" json:"title,omitempty"`               // as the register has it: "Rektor"
}

// Hindrance is a condition that stops the service with the neutral text (Overview.OtherWay). Reason is for the log and the author only.
type Hindrance struct {
	Reason string     `yaml:"reason"`
	When   *Condition `yaml:"when"`
}

// Signing is how the application is signed.
type Signing struct {
	Applicant bool   `yaml:"applicant"` // the applicant signs
	Days      int    `yaml:"days"`      // how long they have, together
	Minutes   int    `yaml:"minutes"`   // beside the days, or instead of them
	Reminders []int  `yaml:"reminders"` // days after it became somebody's turn
	Document  string `yaml:"document"`  // what is signed, as named to the signer
	Declare   string `yaml:"declare"`   // the declaration at the end of the text in the app
	// Remind are reminders finer than days, or by another way than the invitation went.
	Remind []Reminder `yaml:"remind"`
	// Decline says what becomes of a no: "officer" (also when absent) deals with it, or the "applicant" may change what was handed in,
	// which voids the signatures.
	Decline string `yaml:"decline"`
	// Steps are signed one after the other. Absent: the applicant and all parties who sign, at once.
	Steps []SigningStep `yaml:"steps"`
	// SamePerson lets one person sign in several steps.
	SamePerson bool     `yaml:"samePerson"`
	Level      int      `yaml:"level"` // least level of assurance, 2–4; 0 is 3
	With       []string `yaml:"with"`  // e-legitimations that can be used, by their ids; absent: all that the municipality has
	// Phone lets an officer who is talking with a party on the telephone ask for the signature there (BankID), where the municipality lets
	// its officers do so. Absent: nobody is asked by telephone.
	Phone bool `yaml:"phone"`
}

// SigningStep is what is wanted at one time.
type SigningStep struct {
	Who    []string `yaml:"who"`    // "applicant" and roles of parties
	Need   int      `yaml:"need"`   // how many of them must sign; 0 all
	Ladder Span     `yaml:"ladder"` // given: they are asked one by one, the next when the one before has been silent for so long
}

// Span is a length of time: days of the Swedish calendar, and minutes.
type Span struct {
	Days    int `yaml:"days"`    // of the calendar: the same time of day, so many days later
	Minutes int `yaml:"minutes"` // beside the days, or instead of them
}

// Reminder is one rung of the ladder of reminders.
type Reminder struct {
	Days    int    `yaml:"days"`    // after it became somebody's turn
	Minutes int    `yaml:"minutes"` // beside the days, or instead of them
	By      string `yaml:"by"`      // "mail", "sms" or "letter"; absent: as the invitation went
}

// Decision is how the authority decides.
type Decision struct {
	Template   string            `yaml:"template"` // document name
	Outcomes   []Outcome         `yaml:"outcomes"`
	Grounds    []DecisionGround  `yaml:"grounds"`
	Appeals    map[string]string `yaml:"appeals"` // appeal id → document name with how to appeal
	Delegation string            `yaml:"delegation"`
	// Reasoned says that the template gives the reasons from what is answered: whoever writes the decision adds to them or writes none.
	Reasoned   bool    `yaml:"reasoned"`
	Grants     *Grants `yaml:"grants"`
	LetterDays int     `yaml:"letterDays"` // unopened after so many days: a letter
	// Sign says that a decision is signed with e-legitimation before it holds: by the one who decides, or by those whom an officer lays
	// a proposal before, one by one. Absent: it holds when the decider takes it.
	Sign *DecisionSigning `yaml:"sign"`
}

// DecisionSigning is how a decision is signed.
type DecisionSigning struct {
	// Kind names what is decided in mandates and delegation lists, "lvu-6": those who may decide it for the board, as the organisation's register
	// of people says, are asked in its order, whoever is on call first. Absent: the officer chooses among colleagues who may decide.
	Kind string `yaml:"kind"`
	// Elected says that the law leaves the decision to the board, its chair or an appointed member: no official decides it.
	Elected bool       `yaml:"elected"`
	Days    int        `yaml:"days"`    // how long there is to sign
	Minutes int        `yaml:"minutes"` // beside the days, or instead of them
	Ladder  Span       `yaml:"ladder"`  // when several may sign: the next is asked when the one before has been silent for so long
	Remind  []Reminder `yaml:"remind"`  // counted from when it became somebody's turn
	Level   int        `yaml:"level"`   // least level of assurance, 2–4; 0 is 3
	With    []string   `yaml:"with"`    // e-legitimations that can be used, by their ids; absent: all that the municipality has
	// Phone lets an officer who is talking with somebody who decides on the telephone ask for the signature there (BankID), where the
	// municipality lets its officers do so. Absent: nobody is asked by telephone.
	Phone bool `yaml:"phone"`
}

// Delivery is how a case ends by handing out what was asked for, a certificate or a copy, which is no decision: the officer chooses a way,
// attaches files, and the applicant is told. A form may have a decision beside it, for when the request is refused.
type Delivery struct {
	Title      string        `yaml:"title"`    // what is handed out: "Intyget"
	Document   string        `yaml:"document"` // document name of the letter that goes with it
	Ways       []DeliveryWay `yaml:"ways"`
	LetterDays int           `yaml:"letterDays"` // files that are unopened after so many days: a letter
}

// DeliveryWay is one way to hand out. With neither files nor a letter the message is all there is: what was done elsewhere, or why there is
// nothing to hand out.
type DeliveryWay struct {
	ID      string `yaml:"id"`
	Title   string `yaml:"title"`   // as officer and applicant read it: "Som fil på Mina sidor"
	Files   bool   `yaml:"files"`   // files are attached, for the applicant to open under Mina sidor
	Letter  bool   `yaml:"letter"`  // the officer posts it
	Message bool   `yaml:"message"` // a message of the officer's own is required
}

// Way gives a way by its id.
func (d Delivery) Way(id string) (DeliveryWay, bool) {
	for _, w := range d.Ways {
		if w.ID == id {
			return w, true
		}
	}
	return DeliveryWay{}, false
}

// Outcome of a decision.
type Outcome struct {
	ID      string `yaml:"id"`
	Title   string `yaml:"title"`
	Grants  bool   `yaml:"grants"`
	Reasons bool   `yaml:"reasons"` // reasons are required (förvaltningslagen 32 §)
}

// DecisionGround is a provision with the right way to appeal.
type DecisionGround struct {
	ID     string `yaml:"id"`
	Title  string `yaml:"title"`
	Appeal string `yaml:"appeal"` // key in Appeals
	// When is the condition under which the decision rests on it, where the answers settle that. If one ground has it nobody chooses among
	// them once more: the decision rests on those whose condition holds, and on those that have none.
	When *Condition `yaml:"when"`
}

// Grants are rows that a positive decision gives, proposed by CEL, chosen by the officer.
type Grants struct {
	Title   string   `yaml:"title"`
	Rows    string   `yaml:"rows"` // CEL giving a list of objects
	Columns []Column `yaml:"columns"`
}

// Column of granted or handed-over rows.
type Column struct {
	Name  string `yaml:"name"`
	Title string `yaml:"title"`
	Type  string `yaml:"type"` // "string", "integer", "boolean", "date", "time"
	// Private values are for the receiver of the rows, not for the decision that every party reads: an address.
	Private bool `yaml:"private"`
}

// Handover sends granted rows to another system.
type Handover struct {
	Target    string   `yaml:"target"` // configured target: "transport"
	Kind      string   `yaml:"kind"`   // "journeys"
	Columns   []Column `yaml:"columns"`
	Protected string   `yaml:"protected"` // "exclude": protected people are left out and told apart
}

// Retention is when the case is purged.
type Retention struct {
	Years int    `yaml:"years"`
	From  string `yaml:"from"` // "closed"
	Basis string `yaml:"basis"`
}

// Layout is layout.yaml.
type Layout struct {
	Pages []LayoutPage `yaml:"pages"`
}

// LayoutPage is one page of the journey.
type LayoutPage struct {
	ID       string          `yaml:"id"`
	Title    string          `yaml:"title"`
	Help     string          `yaml:"help"`   // Markdown
	Own      bool            `yaml:"own"`    // part of the own section: each party fills it
	Repeat   string          `yaml:"repeat"` // the pointer of rows placed on an earlier page: the page is asked once for each, with fields "/barn/*/skola"
	ShowWhen *Condition      `yaml:"showWhen"`
	Sections []LayoutSection `yaml:"sections"`
}

// LayoutSection groups fields under a heading.
type LayoutSection struct {
	ID       string        `yaml:"id"` // names it in translations; its number on the page when absent
	Title    string        `yaml:"title"`
	Help     string        `yaml:"help"`
	ShowWhen *Condition    `yaml:"showWhen"`
	Fields   []LayoutField `yaml:"fields"`
}

// LayoutField places one control, one shown fact or one notice. Exactly one of Pointer, Fact and Notice is set.
type LayoutField struct {
	Pointer string `yaml:"pointer"` // "/elev/skola"; within rows "/dagar/*/dag"
	Fact    string `yaml:"fact"`    // CEL over the scope whose value is shown with source and time, not posted
	Notice  string `yaml:"notice"`  // Markdown
	// Reckoned says that a shown fact is worked out here, as a sum or a date, so that no register is named as its source.
	Reckoned bool `yaml:"reckoned"`
	// Kind of notice: "info", "warning", "stop" (one cannot go on).
	Kind         string            `yaml:"kind"`
	Label        string            `yaml:"label"` // else the schema's title
	Hint         string            `yaml:"hint"`
	Help         string            `yaml:"help"` // Markdown, behind "Mer om …"
	Widget       string            `yaml:"widget"`
	Prefix       string            `yaml:"prefix"`
	Suffix       string            `yaml:"suffix"`
	Rows         int               `yaml:"rows"`  // textarea height
	Width        int               `yaml:"width"` // characters
	Autocomplete string            `yaml:"autocomplete"`
	InputMode    string            `yaml:"inputMode"`
	Required     bool              `yaml:"required"` // required whenever it is shown, beside the schema's own required
	ShowWhen     *Condition        `yaml:"showWhen"`
	Audience     string            `yaml:"audience"`    // "" all parties · "own" · "officer"
	ID           string            `yaml:"id"`          // names a fact or notice in translations; a field with a pointer needs none
	Accept       []string          `yaml:"accept"`      // media types of files, "application/pdf"
	MaxMB        int               `yaml:"maxMB"`       // size of one file; 0 the platform's own limit
	OptionsFrom  string            `yaml:"optionsFrom"` // CEL giving a list of {value, label, hint}; within rows it may read row
	Options      map[string]string `yaml:"options"`     // enum value → label, when the schema has no oneOf const/title
	Item         string            `yaml:"item"`        // what one row is called: "dag"
	Groups       []LayoutGroup     `yaml:"groups"`      // headings over options: optgroups, or the branches of widget tree
	Prices       map[string]string `yaml:"prices"`      // widget prices: option's value, or the name of a number within the group → kronor, "125" or "125,50"
	Checks       []LayoutCheck     `yaml:"checks"`      // the author's own rules
	Messages     map[string]string `yaml:"messages"`    // problem code → own text
	Lookup       *LayoutLookup     `yaml:"lookup"`      // a register that the person may ask by this field's value
	Booking      string            `yaml:"booking"`     // the setting with the times that can be booked, of which the answer reserves one
}

// LayoutGroup is a heading over options, and groups within it.
type LayoutGroup struct {
	Title  string        `yaml:"title"`  // the heading
	Values []string      `yaml:"values"` // the options under it
	Groups []LayoutGroup `yaml:"groups"` // headings within it
}

// LayoutCheck is a rule of the author's: a problem of the field while the condition holds. Within rows the condition may read /row/….
type LayoutCheck struct {
	When    *Condition `yaml:"when"`    // what is wrong, as a condition
	Message string     `yaml:"message"` // what is wrong and what to do
	Soft    bool       `yaml:"soft"`    // warn and let through
}
