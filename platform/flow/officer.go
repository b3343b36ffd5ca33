package flow

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"slices"
	"strings"
	"time"

	"samtjanst/forms"
	"samtjanst/platform/casework"
	"samtjanst/platform/clock"
	"samtjanst/platform/fault"
	"samtjanst/platform/files"
	"samtjanst/platform/identity"
	"samtjanst/platform/signing"
	"samtjanst/platform/store"
	"samtjanst/platform/store/sealed"
	"samtjanst/platform/vault"
)

// anyStaff may read and handle cases.
var anyStaff = []identity.Role{identity.Officer, identity.Decider, identity.Manager}

// countMost is where counting stops: lists show "999+".
const countMost = 1000

// Inbox lists cases in the authorities that the actor works for.
func (s *Service) Inbox(ctx context.Context, a identity.Actor, q InboxQuery) (*Inbox, error) {
	if a.Staff == nil {
		return nil, fault.New("flow.Inbox", fault.Unauthorised, nil)
	}
	auths := a.Authorities(anyStaff...)
	if len(auths) == 0 {
		return nil, fault.New("flow.Inbox", fault.Forbidden, nil)
	}
	base := store.CaseQuery{Order: q.Order, After: q.After, Limit: store50}
	for _, id := range auths {
		base.Authorities = append(base.Authorities, string(id))
	}
	if q.Form != "" {
		base.Forms = []string{q.Form}
	}
	switch {
	case q.Mine:
		base.Assignee = a.Staff.Subject
	case q.Nobody:
		base.Assignee = store.Unassigned
	}
	if q.Task {
		base.Labels = []string{"task"}
	}
	if q.Search != "" {
		// Words are hashed with the authority's own key, so a search is within one authority; with several, the first that has a hit.
		return s.search(ctx, base, auths, q)
	}
	return s.inbox(ctx, base, q)
}

const store50 = 50

func (s *Service) search(ctx context.Context, base store.CaseQuery, auths []identity.AuthorityID, q InboxQuery) (*Inbox, error) {
	var found *Inbox
	for _, id := range auths {
		one := base
		one.Authorities = []string{string(id)}
		one.Tokens = s.Vault.SearchTokens(string(id), q.Search)
		if len(one.Tokens) == 0 {
			return &Inbox{Counts: map[casework.State]int{}}, nil
		}
		in, err := s.inbox(ctx, one, q)
		if err != nil {
			return nil, err
		}
		if found == nil {
			found = in
			continue
		}
		found.Rows = append(found.Rows, in.Rows...)
		found.Count += in.Count
		found.Tasks += in.Tasks
		for k, n := range in.Counts {
			found.Counts[k] += n
		}
	}
	return found, nil
}

func (s *Service) inbox(ctx context.Context, base store.CaseQuery, q InboxQuery) (*Inbox, error) {
	in := &Inbox{Counts: map[casework.State]int{}}
	one := base
	for _, st := range q.States {
		one.States = append(one.States, string(st))
	}
	rows, err := s.Vault.Store.ListCases(ctx, one)
	if err != nil {
		return nil, fault.Wrap("flow.Inbox", err)
	}
	for _, row := range rows {
		r, err := s.row(ctx, row)
		if err != nil {
			return nil, err
		}
		in.Rows = append(in.Rows, r)
	}
	if len(rows) == store50 {
		in.More, in.Next = true, store.CursorOf(rows[len(rows)-1], one.Order)
	}
	count := func(q store.CaseQuery) (int, error) {
		q.After = store.Cursor{}
		n, err := s.Vault.Store.CountCases(ctx, q, countMost)
		return n, fault.Wrap("flow.Inbox", err)
	}
	if in.Count, err = count(one); err != nil {
		return nil, err
	}
	for _, st := range casework.States {
		byState := base
		byState.States = []string{string(st)}
		if in.Counts[st], err = count(byState); err != nil {
			return nil, err
		}
	}
	tasks := base
	tasks.Labels = []string{"task"}
	in.Tasks, err = count(tasks)
	return in, err
}

func (s *Service) row(ctx context.Context, row store.CaseRow) (Row, error) {
	card, err := s.Vault.OpenCard(ctx, row)
	if err != nil {
		return Row{}, err
	}
	r := Row{ID: casework.ID(row.ID), Reference: row.Reference, Number: row.Number, Form: row.Form, Title: forms.Text{"sv": row.Form},
		Subject: card.Subject, State: casework.State(row.State), Submitted: row.Submitted, Since: row.Waiting, Assignee: row.Assignee,
		AssigneeName: card.AssigneeName, Done: card.Done, Of: card.Of, Tasks: card.Tasks, Outcome: card.Outcome, DecidedBy: card.DecidedBy,
		Unreported: slices.Contains(row.Labels, "unreported")}
	if card.Missing != 0 {
		r.MissingSince = time.Unix(card.Missing, 0).UTC()
	}
	if card.DecidedAt != 0 {
		r.Decided = time.Unix(card.DecidedAt, 0).UTC()
	}
	if g, err := s.Catalog.Newest(row.Form); err == nil {
		r.Title = g.Form.Title
	}
	return r, nil
}

// StaffCase shows everything of a case to an officer of its authority.
func (s *Service) StaffCase(ctx context.Context, a identity.Actor, id casework.ID) (*StaffCase, error) {
	e, err := s.staffCase(ctx, a, id, "case", "", anyStaff...)
	if err != nil {
		return nil, err
	}
	c := e.Case
	g, sv, err := s.graphOf(ctx, &c)
	if err != nil {
		return nil, err
	}
	answers, facts, err := s.answersOf(ctx, e, "")
	if err != nil {
		return nil, err
	}
	v := &StaffCase{Case: c, Rev: e.Rev, Service: sv, Form: g.Form, Facts: facts, Own: map[signing.PartyID]*forms.View{}}
	v.FactsSource, _ = facts["source"].(string)
	if at, ok := facts["at"].(string); ok {
		v.FactsAt, _ = time.Parse(time.RFC3339, at) // an unreadable time is shown as none
	}
	if v.View, err = s.common(g, sv, &c, nil, answers, facts); err != nil {
		return nil, err
	}
	for i := range c.Parties {
		p := &c.Parties[i]
		if p.Own == nil {
			continue
		}
		if v.Own[p.ID], err = s.ownView(ctx, e, g, sv, p); err != nil {
			return nil, err
		}
	}
	for _, r := range c.Content.Attachments {
		by, _ := strings.CutPrefix(string(r.Part.Audience), "party:")
		if r.Part.Audience == signing.Everybody {
			by = string(c.Applicant().ID)
		}
		v.Attachments = append(v.Attachments, Attachment{ID: r.Part.ID, Name: r.Part.Name, Type: r.Part.Media, Size: r.Part.Size, By: signing.PartyID(by)})
	}
	if v.Events, err = s.events(ctx, e); err != nil {
		return nil, err
	}
	if v.Reads, err = s.Vault.Store.ListReads(ctx, string(id), 100); err != nil {
		return nil, fault.Wrap("flow.StaffCase", err)
	}
	v.Letters = letters(&c)
	v.Related, err = s.related(ctx, &c)
	return v, err
}

// related are other cases about the same thing within the authority.
func (s *Service) related(ctx context.Context, c *casework.Case) ([]Row, error) {
	if c.Unique == "" {
		return nil, nil
	}
	rows, err := s.Vault.Store.ListCases(ctx, store.CaseQuery{Authorities: []string{c.Authority},
		Tokens: []string{s.Vault.UniqueToken(c.Authority, c.Unique)}, Order: store.NewestFirst, Limit: 20})
	if err != nil {
		return nil, fault.Wrap("flow.related", err)
	}
	var out []Row
	for _, row := range rows {
		if row.ID == string(c.ID) {
			continue
		}
		r, err := s.row(ctx, row)
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, nil
}

// events opens the bodies of a case's events and checks each against its commitment.
func (s *Service) events(ctx context.Context, e *vault.Entry) ([]EventView, error) {
	ids := make([]casework.PartID, len(e.Case.Events))
	for i, h := range e.Case.Events {
		ids[i] = h.Body
	}
	bodies, err := s.Vault.Parts(ctx, e, ids...)
	if err != nil {
		return nil, err
	}
	var out []EventView
	for i, h := range e.Case.Events {
		if !casework.VerifyBody(h, bodies[i]) {
			return nil, fault.Newf("flow.events", fault.Internal, "event %d does not match its commitment", h.Seq)
		}
		var b struct {
			Name  string         `json:"name"`
			Event map[string]any `json:"event"`
		}
		dec := json.NewDecoder(bytes.NewReader(bodies[i][16:]))
		dec.UseNumber()
		if err := dec.Decode(&b); err != nil {
			return nil, fault.New("flow.events", fault.Internal, err)
		}
		out = append(out, EventView{Header: h, Name: b.Name, Event: b.Event})
	}
	return out, nil
}

// letters are those that an open task asks for.
func letters(c *casework.Case) []LetterView {
	var out []LetterView
	for _, t := range c.OpenTasks() {
		if t.Kind == casework.TaskLetter {
			out = append(out, LetterView{Party: t.Party, What: t.Detail, Task: t.ID})
		}
	}
	return out
}

// StaffAttachment gives an officer an attachment.
func (s *Service) StaffAttachment(ctx context.Context, a identity.Actor, id casework.ID, file string) (*File, error) {
	e, err := s.staffCase(ctx, a, id, "file", file, anyStaff...)
	if err != nil {
		return nil, err
	}
	for _, r := range e.Case.Content.Attachments {
		if r.Part.ID == file {
			return s.openAttachment(ctx, r)
		}
	}
	for _, pl := range e.Case.Order.Places { // a scan of a sheet signed by pen
		if pl.State == signing.OnPaper && pl.Evidence == file {
			raw, err := s.Vault.Part(ctx, e, casework.PartID(file))
			if err != nil {
				return nil, err
			}
			return fileOf("underskrift", files.Kind(raw), raw), nil
		}
	}
	return nil, fault.New("flow.StaffAttachment", fault.NotFound, nil)
}

// staffChange applies an event by an officer who has one of the roles.
func (s *Service) staffChange(ctx context.Context, a identity.Actor, id casework.ID, blobs []vault.Blob, ev casework.Event, roles ...identity.Role) error {
	if _, err := s.staffCase(ctx, a, id, "", "", roles...); err != nil {
		return err
	}
	by, name := byWho(a)
	_, err := s.change(ctx, id, s.stamp(by, name), func(*vault.Entry) (casework.Event, []vault.Blob, error) { return ev, blobs, nil })
	return err
}

// handlers may change a case.
var handlers = []identity.Role{identity.Officer, identity.Decider}

// Assign gives the case to a colleague, or to nobody when subject is "".
func (s *Service) Assign(ctx context.Context, a identity.Actor, id casework.ID, subject, name string) error {
	if a.Staff == nil {
		return fault.New("flow.Assign", fault.Unauthorised, nil)
	}
	if subject == a.Staff.Subject {
		name = a.Staff.Name
	}
	if subject != "" && subject != a.Staff.Subject {
		colleagues, err := s.Colleagues(ctx, a, id)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(colleagues, func(c Colleague) bool { return c.Subject == subject })
		if i < 0 {
			return fault.New("flow.Assign", fault.Invalid, nil)
		}
		name = colleagues[i].Name
	}
	return s.staffChange(ctx, a, id, nil, casework.Assigned{To: subject, Name: name}, handlers...)
}

// Colleague is somebody who works within an authority.
type Colleague struct{ Subject, Name string }

// Colleagues lists those who have logged in with a role within the case's authority.
func (s *Service) Colleagues(ctx context.Context, a identity.Actor, id casework.ID) ([]Colleague, error) {
	e, err := s.staffCase(ctx, a, id, "", "", anyStaff...)
	if err != nil {
		return nil, err
	}
	recs, err := s.Vault.Store.ListRecords(ctx, s.Clock.Now(), "colleague", e.Case.Authority+"|", 500)
	if err != nil {
		return nil, fault.Wrap("flow.Colleagues", err)
	}
	scope, err := s.Vault.Keys.Scope(ctx, e.Case.Authority)
	if err != nil {
		return nil, fault.Wrap("flow.Colleagues", err)
	}
	var out []Colleague
	for _, r := range recs {
		name, err := scope.Open(r.Body, sealed.Place("colleague", r.Key))
		if err != nil {
			return nil, fault.New("flow.Colleagues", fault.Internal, err)
		}
		out = append(out, Colleague{Subject: strings.TrimPrefix(r.Key, e.Case.Authority+"|"), Name: string(name)})
	}
	return out, nil
}

// colleagueDays is how long after the last login somebody can be assigned cases.
const colleagueDays = 90

// StaffLoggedIn remembers who works within which authority, so that cases can be assigned.
func (s *Service) StaffLoggedIn(ctx context.Context, st identity.Staff) error {
	now := s.Clock.Now()
	for _, g := range st.Grants {
		if !slices.Contains(g.Roles, identity.Officer) && !slices.Contains(g.Roles, identity.Decider) {
			continue
		}
		key := string(g.Authority) + "|" + st.Subject
		scope, err := s.Vault.Keys.Scope(ctx, string(g.Authority))
		if err != nil {
			return fault.Wrap("flow.StaffLoggedIn", err)
		}
		name, err := scope.Seal([]byte(st.Name), sealed.Place("colleague", key))
		if err != nil {
			return fault.New("flow.StaffLoggedIn", fault.Internal, err)
		}
		if err := s.keep(ctx, store.Record{Collection: "colleague", Key: key, Body: name, Expires: now.AddDate(0, 0, colleagueDays)}); err != nil {
			return err
		}
	}
	return nil
}

// Remind has a party reminded now.
func (s *Service) Remind(ctx context.Context, a identity.Actor, id casework.ID, p signing.PartyID) error {
	return s.staffChange(ctx, a, id, nil, casework.ReminderAsked{Party: p}, handlers...)
}

// problem is a wrong answer in a form of the staff pages.
func problem(field, code string) []forms.Problem {
	return []forms.Problem{{Pointer: forms.Pointer("/" + field), Code: code}}
}

// OrderCompletion orders the parties to complete by a day, with the consequence (förvaltningslagen 20 § second paragraph).
func (s *Service) OrderCompletion(ctx context.Context, a identity.Actor, id casework.ID, parties []signing.PartyID, text, due string) ([]forms.Problem, error) {
	text, err := cleanText(strings.TrimSpace(text), maxReason)
	if err != nil {
		return problem("text", forms.BadText), nil
	}
	if text == "" {
		return problem("text", forms.Required), nil
	}
	if len(parties) == 0 {
		return problem("parties", forms.Required), nil
	}
	day, err := endOfDay(due, clock.Stockholm)
	if err != nil {
		return problem("due", forms.NotADate), nil
	}
	if !day.After(s.Clock.Now().AddDate(0, 0, 1)) {
		return problem("due", forms.TooEarly), nil
	}
	return nil, s.staffChange(ctx, a, id, nil, casework.CompletionOrdered{Parties: parties, Text: text, Due: day}, handlers...)
}

// completionFor gives a party the text and day of the order to complete; nothing when it was for somebody else.
func (s *Service) completionFor(ctx context.Context, e *vault.Entry, p signing.PartyID) (string, time.Time, error) {
	for i := len(e.Case.Events) - 1; i >= 0; i-- {
		h := e.Case.Events[i]
		if h.Kind != (casework.CompletionOrdered{}).Kind() {
			continue
		}
		raw, err := s.Vault.Part(ctx, e, h.Body)
		if err != nil {
			return "", time.Time{}, err
		}
		var b struct {
			Event casework.CompletionOrdered `json:"event"`
		}
		if err := json.Unmarshal(raw[16:], &b); err != nil {
			return "", time.Time{}, fault.New("flow.completionFor", fault.Internal, err)
		}
		if slices.Contains(b.Event.Parties, p) {
			return b.Event.Text, b.Event.Due, nil
		}
		return "", time.Time{}, nil
	}
	return "", time.Time{}, nil
}

// GoOn lets the case go on without a party's signature, on a ground that is stated.
func (s *Service) GoOn(ctx context.Context, a identity.Actor, id casework.ID, p signing.PartyID, ground string) ([]forms.Problem, error) {
	ground, err := cleanText(strings.TrimSpace(ground), maxReason)
	if err != nil {
		return problem("ground", forms.BadText), nil
	}
	if ground == "" {
		return problem("ground", forms.Required), nil
	}
	return nil, s.staffChange(ctx, a, id, nil, casework.WentOn{Party: p, Ground: ground}, handlers...)
}

// maxScan bounds a scanned signing sheet, in bytes.
const maxScan = 10 << 20

// RegisterPaper registers a sheet that a party signed by pen, with its scan (PDF, JPEG or PNG).
func (s *Service) RegisterPaper(ctx context.Context, a identity.Actor, id casework.ID, p signing.PartyID, on, name string, scan io.Reader) ([]forms.Problem, error) {
	day, err := time.ParseInLocation(time.DateOnly, on, clock.Stockholm)
	if err != nil {
		return problem("on", forms.NotADate), nil
	}
	if day.After(s.Clock.Now()) {
		return problem("on", forms.TooLate), nil
	}
	raw, err := io.ReadAll(io.LimitReader(scan, maxScan+1))
	if err != nil {
		return nil, fault.New("flow.RegisterPaper", fault.Invalid, err)
	}
	switch kind := files.Kind(raw); {
	case len(raw) == 0:
		return problem("scan", forms.FileEmpty), nil
	case len(raw) > maxScan:
		return problem("scan", forms.FileTooBig), nil
	case kind != "application/pdf" && kind != "image/jpeg" && kind != "image/png":
		return problem("scan", forms.FileKind), nil
	default:
		ref := newRef("scan", files.CleanName(name), kind, signing.Only(p), raw)
		return nil, s.staffChange(ctx, a, id, []vault.Blob{{ID: casework.PartID(ref.Part.ID), Kind: "scan", Bytes: raw}},
			casework.SignedOnPaper{Party: p, Scan: ref, On: on}, handlers...)
	}
}

// FinishTask closes a task that the officer dealt with by hand.
func (s *Service) FinishTask(ctx context.Context, a identity.Actor, id casework.ID, task int) error {
	return s.staffChange(ctx, a, id, nil, casework.TaskDone{Task: task}, handlers...)
}

// LetterSent notes that a letter was posted.
func (s *Service) LetterSent(ctx context.Context, a identity.Actor, id casework.ID, p signing.PartyID, what string, task int) error {
	if what != "invitation" && what != "decision" && what != "completion" {
		return fault.New("flow.LetterSent", fault.Invalid, nil)
	}
	return s.staffChange(ctx, a, id, nil, casework.LetterSent{Party: p, What: what, Task: task}, handlers...)
}

// BoardList gives decisions taken by delegation that have not been reported to the board (kommunallagen 6:40, 7:8).
func (s *Service) BoardList(ctx context.Context, a identity.Actor, auth identity.AuthorityID) ([]Row, error) {
	if !a.Has(auth, anyStaff...) {
		return nil, fault.New("flow.BoardList", fault.NotFound, nil)
	}
	rows, err := s.Vault.Store.ListCases(ctx, store.CaseQuery{Authorities: []string{string(auth)}, Labels: []string{"unreported"},
		Order: store.OldestFirst, Limit: 500})
	if err != nil {
		return nil, fault.Wrap("flow.BoardList", err)
	}
	var out []Row
	for _, row := range rows {
		r, err := s.row(ctx, row)
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, nil
}

// ReportToBoard notes at which meeting decisions were reported.
func (s *Service) ReportToBoard(ctx context.Context, a identity.Actor, auth identity.AuthorityID, meeting string, ids []casework.ID) error {
	if _, err := time.Parse(time.DateOnly, meeting); err != nil {
		return fault.New("flow.ReportToBoard", fault.Invalid, err)
	}
	if !a.Has(auth, anyStaff...) {
		return fault.New("flow.ReportToBoard", fault.NotFound, nil)
	}
	for _, id := range ids {
		if err := s.staffChange(ctx, a, id, nil, casework.Reported{Meeting: meeting}, identity.Decider, identity.Manager); err != nil {
			return err
		}
	}
	return nil
}

// StaffPart gives an officer a part of a case as it is stored: answers, evidence, a decision.
func (s *Service) StaffPart(ctx context.Context, a identity.Actor, id casework.ID, part string) (*File, error) {
	e, err := s.staffCase(ctx, a, id, "part", part, anyStaff...)
	if err != nil {
		return nil, err
	}
	c := &e.Case
	for _, q := range c.Parts() {
		if q.ID == part {
			return s.part(ctx, e, q)
		}
	}
	for _, pl := range c.Order.Places {
		if pl.Evidence != part || part == "" {
			continue
		}
		raw, err := s.Vault.Part(ctx, e, casework.PartID(part))
		if err != nil {
			return nil, err
		}
		if pl.State == signing.OnPaper {
			return fileOf("underskrift-"+string(pl.Party), files.Kind(raw), raw), nil
		}
		return fileOf("underskrift-"+string(pl.Party)+".json", "application/json", raw), nil
	}
	if d := c.Decision; d != nil && d.PDF != nil && d.PDF.Part.ID == part {
		raw, err := s.Vault.Part(ctx, e, casework.PartID(part))
		if err != nil {
			return nil, err
		}
		return fileOf("beslut-"+c.Reference+".pdf", "application/pdf", raw), nil
	}
	return nil, fault.New("flow.StaffPart", fault.NotFound, nil)
}
