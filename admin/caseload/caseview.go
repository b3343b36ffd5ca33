package caseload

import (
	"slices"
	"strings"
	"time"

	"samtjanst/forms"
	"samtjanst/platform/casework"
	"samtjanst/platform/fault"
	"samtjanst/platform/flow"
	"samtjanst/platform/signing"
	"samtjanst/renderer/ui"
)

// The case as one page: everything an officer needs, in the order it is needed, with links to jump by.

// casePage is /admin/arenden/{id}.
type casePage struct {
	ui.Shell
	caseHead
	Warnings    []ui.Notice
	Jumps       []ui.Link
	Limits      []limitCard
	Stage       *stageCard // nil when the form has no stages of its own
	Tasks       []taskCard
	DoneTasks   []doneTask
	Actions     actions
	Assign      assignForm
	Times       []timeRow // booked
	Common      ui.Summary
	Parties     []partyCard
	Facts       *factsCard
	Attachments []fileRow
	Signatures  []orderCard
	Deadline    string // of the signatures; "" when nobody is missing
	DeadlineIn  string
	Told        []toldRow
	Proposal    *proposalCard // nil when no decision waits to be signed
	Aside       []laidAside   // proposals that came to nothing
	Decision    *decisionCard
	Handout     *handoutCard
	Handovers   []handoverRow
	Rides       []casework.Ride
	Night       string // address of the page that follows an urgent decision; "" there is nothing to follow
	Events      []eventRow
	Reads       []readRow
	Related     []inboxRow
}

// caseHead is what every page about one case begins with.
type caseHead struct {
	ID        casework.ID
	URL       string
	Reference string
	Number    string
	Service   string
	Subject   string
	State     ui.Tag
	Next      string // who acts next, as a sentence
	Since     time.Time
	Waited    string // "sedan 3 dagar"
	Submitted time.Time
	Age       string
	Assignee  string
	Guarded   bool
	Manual    bool
	ByHand    bool // an officer began it: nobody has applied for anything
	Prepared  bool // officers filled in what it is about
}

func (w words) head(c *flow.StaffCase) caseHead {
	h := caseHead{ID: c.Case.ID, URL: caseURL(c.Case.ID), Reference: c.Case.Reference, Number: c.Case.Number,
		Service: w.text(c.Form.Title), Subject: c.Case.Subject, Since: c.Case.Since, Waited: w.since(c.Case.Since),
		Submitted: c.Case.Submitted, Age: w.age(c.Case.Submitted), Assignee: c.Case.AssigneeName,
		Guarded: c.Case.Guarded, Manual: c.Case.Manual, ByHand: c.Case.ByHand() && !c.Case.Prepared(), Prepared: c.Case.Prepared()}
	h.State.Text, h.State.Tone = w.state(c.Case.State)
	if h.Assignee == "" && c.Case.Assignee != "" {
		h.Assignee = w.T("admin.inbox.somebody")
	}
	switch wait := c.Case.Wait(); {
	case wait != nil && c.Case.State != casework.AwaitingOfficer:
		h.Next = w.T("admin.case.next."+string(c.Case.State), "signatures", w.progress(*wait.Order, wait.Since))
	case c.Case.State == casework.Deciding:
		h.Next = w.T("admin.case.next.deciding-soon")
	case c.Case.State == casework.AwaitingSignatures, c.Case.State == casework.AwaitingCompletion:
		h.Next = w.T("admin.case.next."+string(c.Case.State), "signatures", w.progress(c.Case.Order, time.Time{}))
	default:
		h.Next = w.T("admin.case.next." + string(c.Case.State) + ends(c))
	}
	return h
}

// progress says how an order stands: "1 av 2, sedan 3 dagar".
func (w words) progress(o signing.Order, since time.Time) string {
	done, of := o.Progress()
	text, _ := w.signatures(done, of, since)
	return text
}

// actions says which buttons the page has, from the case's state and what the actor may.
type actions struct {
	Complete bool // order a completion
	Came     bool // note that an ordered completion has come
	Decide   bool
	Preview  bool // may see how a decision would look, but not decide
	HandOut  bool // may hand out what was asked for, which ends the case
	Sign     bool // somebody's signature is missing and can still be dealt with
	TakeBack bool // an officer began it, and may take it back
	ReadOnly bool // the reader handles no cases
}

func actionsOf(c casework.Case, service forms.Meta, decider bool) actions {
	open := c.State == casework.AwaitingSignatures || c.State == casework.AwaitingCompletion || c.State == casework.AwaitingOfficer
	a := actions{Complete: (c.State == casework.AwaitingSignatures || c.State == casework.AwaitingOfficer) && !c.Anonymous() && !c.ByHand(),
		TakeBack: open && c.ByHand() && !c.Prepared()}
	a.Came = c.State == casework.AwaitingCompletion
	decided := c.State == casework.AwaitingOfficer && len(service.Decision.Outcomes) > 0
	decider = decider || service.Decision.Sign != nil // who may not decide may lay it before those who may
	a.Decide, a.Preview = decided && decider, decided && !decider
	a.HandOut = c.State == casework.AwaitingOfficer && len(service.Delivery.Ways) > 0
	a.Sign = open && !c.Order.Ended && !c.Order.Complete()
	return a
}

// assignForm chooses who handles the case.
type assignForm struct {
	Mine       bool // it is the reader's already
	Nobody     bool
	Colleagues []ui.Choice
}

func (w words) assign(c casework.Case, colleagues []flow.Colleague, me string) assignForm {
	f := assignForm{Mine: c.Assignee == me, Nobody: c.Assignee == ""}
	f.Colleagues = append(f.Colleagues, ui.Choice{Label: w.T("admin.assign.nobody"), Checked: f.Nobody})
	listed := false
	for _, p := range colleagues {
		listed = listed || p.Subject == c.Assignee
		f.Colleagues = append(f.Colleagues, ui.Choice{Value: p.Subject, Label: p.Name, Checked: p.Subject == c.Assignee})
	}
	if !f.Nobody && !listed { // somebody who has left: shown, so that saving the form does not change it unseen
		f.Colleagues = append(f.Colleagues, ui.Choice{Value: c.Assignee, Label: c.AssigneeName, Checked: true})
	}
	return f
}

// partyCard is one party, with the section he or she filled.
type partyCard struct {
	ID      signing.PartyID
	Name    string
	Role    string
	Number  string // in full: whose case it is must be certain
	Email   string // as the applicant gave it
	Phone   string
	Own     ui.Summary
	Missing bool // has a section of his or her own to fill, and has not
}

func (w words) parties(c *flow.StaffCase) []partyCard {
	var out []partyCard
	if c.Case.Anonymous() {
		return nil // what somebody without login chose to say stands among the answers
	}
	for _, p := range c.Case.Parties {
		card := partyCard{ID: p.ID, Name: p.Name, Role: w.capacity(c, &p), Number: dashed(p.Number.Digits()),
			Email: p.Given.Email, Phone: formatPhone(p.Given.Phone)}
		if v := c.Own[p.ID]; v != nil {
			card.Own = w.answers(v, true)
		}
		card.Missing = len(card.Own.Sections) == 0 && fillsOwn(c, p.Role)
		out = append(out, card)
	}
	return out
}

// capacity says in what capacity a party takes part: in the officer's words, else by the role.
func (w words) capacity(c *flow.StaffCase, p *casework.Party) string {
	if p.Title != "" {
		return p.Title
	}
	return w.role(c, p.Role)
}

// role names a party's role as the form does.
func (w words) role(c *flow.StaffCase, role string) string {
	switch role {
	case applicant:
		return w.T("admin.role.applicant")
	case casework.AuthorityRole:
		if c.Case.Prepared() {
			return w.T("admin.role.deciding")
		}
		return w.T("admin.role.authority")
	}
	for _, p := range c.Form.Def.Meta.Parties {
		if p.Role == role && p.Title != "" {
			return p.Title
		}
	}
	return w.T("admin.role.party")
}

// applicant is the first party's role.
const applicant = "applicant"

func fillsOwn(c *flow.StaffCase, role string) bool {
	return c.Form.Def.Meta.Own != "" && slices.ContainsFunc(c.Form.Def.Meta.Parties, func(p forms.Party) bool {
		return p.Role == role && p.Own
	})
}

// partyName names a party within the case; "" for nobody.
func partyName(c *casework.Case, id signing.PartyID) string {
	if p := c.Party(id); p != nil {
		return p.Name
	}
	return ""
}

// formatPhone writes a Swedish number in E.164 as people do.
func formatPhone(s string) string {
	if rest, ok := strings.CutPrefix(s, "+46"); ok {
		return "0" + rest
	}
	return s
}

// fileRow is an attachment.
type fileRow struct {
	ui.FileItem
	By string // who attached it
}

func (w words) files(c *flow.StaffCase) []fileRow {
	var out []fileRow
	for _, a := range c.Attachments {
		out = append(out, fileRow{FileItem: ui.FileItem{URL: fileURL(c.Case.ID, a.ID), Name: a.Name,
			Type: fileKind(a.Type), Bytes: a.Size}, By: partyName(&c.Case, a.By)})
	}
	return out
}

// fileKind names a media type in a word that people know.
func fileKind(media string) string {
	if _, sub, ok := strings.Cut(media, "/"); ok {
		return strings.ToUpper(strings.TrimPrefix(sub, "x-"))
	}
	return media
}

// decisionCard is the decision once taken.
type decisionCard struct {
	Outcome    string
	At         time.Time
	Signed     time.Time // when it was written or signed, where that was later than it was taken; zero else
	By, Title  string
	Delegation string
	Grounds    []string
	PDF        string // address, "" not made yet
	Reported   time.Time
	Granted    rowTable
}

func (w words) decision(c *flow.StaffCase) *decisionCard {
	d := c.Case.Decision
	if d == nil || c.Case.State == casework.Deciding {
		return nil
	}
	def := c.Form.Def.Meta.Decision
	card := &decisionCard{Outcome: outcomeOf(c, d), At: d.Taken(), Signed: signedLater(d), By: d.ByName, Title: d.Title, Delegation: d.Delegation, Reported: d.Reported}
	for _, g := range def.Grounds {
		if slices.Contains(d.Grounds, g.ID) {
			card.Grounds = append(card.Grounds, g.Title)
		}
	}
	if d.PDF != nil {
		card.PDF = partURL(c.Case.ID, d.PDF.Part.ID)
	}
	if def.Grants != nil {
		card.Granted = w.grants(def.Grants.Columns, d.Rows)
	}
	return card
}

// signedLater is when a decision that was taken orally was written, or signed.
func signedLater(d *casework.Decision) time.Time {
	if d.DecidedAt.IsZero() {
		return time.Time{}
	}
	return d.At
}

// handoverRow is rows handed to another system.
type handoverRow struct {
	Target   string
	At       time.Time
	Rows     int
	Excluded int
	Failed   string
}

func (w words) handovers(c *casework.Case) []handoverRow {
	var out []handoverRow
	for _, h := range c.Handovers {
		row := handoverRow{Target: w.coded("admin.target.", h.Target), At: h.At, Rows: h.Rows, Excluded: h.Excluded}
		if h.Failed != "" {
			row.Failed = w.T("admin.handover-failed", "code", h.Failed)
		}
		out = append(out, row)
	}
	return out
}

// readRow is one look at the case by staff.
type readRow struct {
	At   time.Time
	Name string
	What string
}

// reads names who has read the case. Names come from those who have logged in; somebody unknown is shown by his or her id.
func (w words) reads(c *flow.StaffCase, colleagues []flow.Colleague) []readRow {
	names := map[string]string{}
	for _, p := range colleagues {
		names[p.Subject] = p.Name
	}
	var out []readRow
	for _, r := range c.Reads {
		name := names[r.Staff]
		if name == "" {
			name = r.Staff
		}
		out = append(out, readRow{At: r.At, Name: name, What: w.coded("admin.read.", r.What)})
	}
	return out
}

// jumps lists the parts of the page that are there.
func (w words) jumps(p *casePage) []ui.Link {
	var out []ui.Link
	add := func(there bool, id string, n int) {
		if there {
			out = append(out, ui.Link{Text: w.T("admin.case.part." + id), URL: "#" + id, Count: n})
		}
	}
	urgent := 0
	for _, l := range p.Limits {
		if l.Urgent {
			urgent++
		}
	}
	add(len(p.Limits) > 0, "frister", urgent)
	add(p.Stage != nil, "steg", 0)
	add(len(p.Times) > 0, "tider", 0)
	add(true, "uppgifter", len(p.Tasks))
	add(p.Decision != nil || p.Proposal != nil, "beslut", 0)
	add(len(p.Aside) > 0, "emot", len(p.Aside))
	add(p.Handout != nil, "utlamnat", 0)
	add(len(p.Signatures) > 0, "underskrifter", 0)
	if p.ByHand {
		out = append(out, ui.Link{Text: w.T("admin.case.by-hand"), URL: "#ansokan"})
	} else if p.Prepared {
		out = append(out, ui.Link{Text: w.T("admin.case.prepared"), URL: "#ansokan"})
	} else {
		add(true, "ansokan", 0)
	}
	add(len(p.Parties) > 0, "parter", len(p.Parties))
	add(p.Facts != nil, "register", 0)
	add(true, "bilagor", len(p.Attachments))
	add(true, "besked", len(p.Told))
	add(len(p.Handovers) > 0, "overforing", 0)
	add(len(p.Rides) > 0, "turer", len(p.Rides))
	add(len(p.Related) > 0, "fler", len(p.Related))
	add(true, "handelser", len(p.Events))
	add(true, "last", 0)
	return out
}

// partyIn gives a party that has a place in the order; fault.NotFound for anybody else.
func partyIn(c *flow.StaffCase, id string) (*casework.Party, error) {
	p := c.Case.Party(signing.PartyID(id))
	if p == nil {
		return nil, fault.New("caseload", fault.NotFound, nil)
	}
	if o := c.Case.OrderOf(p.ID); o.Place(p.ID) == nil {
		return nil, fault.New("caseload", fault.NotFound, nil)
	}
	return p, nil
}
