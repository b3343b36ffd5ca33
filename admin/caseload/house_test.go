package caseload

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"samtjanst/admin/admintest"
	"slices"
	"testing"
	"time"

	"samtjanst/admin"
	"samtjanst/examples/demo"
	"samtjanst/forms"
	"samtjanst/forms/journey"
	"samtjanst/integrations/sim/personas"
	"samtjanst/platform/casework"
	"samtjanst/platform/clock"
	"samtjanst/platform/directory"
	"samtjanst/platform/fault"
	"samtjanst/platform/flow"
	"samtjanst/platform/httpkit"
	"samtjanst/platform/identity"
	"samtjanst/platform/signing"
	"samtjanst/platform/store"
)

// now is a Monday afternoon in Ekköping.
var now = time.Date(2026, 11, 23, 13, 30, 0, 0, time.UTC)

const school = identity.AuthorityID("ekkoping/barn-och-utbildning")

// The staff who visit.
func staff(name, subject string, tenant identity.TenantID, auth identity.AuthorityID, roles ...identity.Role) identity.Actor {
	return identity.Actor{Lang: "sv", Staff: &identity.Staff{Subject: subject, Name: name, Tenant: tenant, LoginAt: now,
		Grants: []identity.Grant{{Authority: auth, Roles: roles}}}}
}

var (
	mona     = staff("Mona Testhandläggare", "login|mona", "ekkoping", school, identity.Officer)
	birgitta = staff("Birgitta Provbeslutande", "login|birgitta", "ekkoping", school, identity.Officer, identity.Decider, identity.Manager)
	manager  = staff("Maja Provchef", "login|maja", "ekkoping", school, identity.Manager)
	siv      = staff("Siv Socialtest", "login|siv", "ekkoping", "ekkoping/social", identity.Officer, identity.Decider)
	torsten  = staff("Torsten Tallhandläggare", "login|torsten", "tallvik", "tallvik/utbildning", identity.Officer, identity.Decider)
)

// house is the staff's pages over a flow that the test holds.
type house struct {
	kit   *httpkit.Kit
	clock *clock.Manual
	flow  *fakeFlow
	site  *admin.Site
	area  *area
}

func newHouse(t testing.TB) *house {
	t.Helper()
	h := &house{clock: clock.NewManual(now)}
	dir, err := directory.Load(demo.Municipalities, "municipalities")
	if err != nil {
		t.Fatal(err)
	}
	h.flow = newFakeFlow(t, dir)
	h.site, h.kit = admintest.Site(t, func(c *httpkit.Config, d *admin.Deps) { c.Clock, d.Directory, d.Presence = h.clock, dir, h.flow })
	if err := Register(h.site, Deps{Flow: h.flow, Clock: h.clock}); err != nil {
		t.Fatal(err)
	}
	if h.area, err = newArea(h.site, Deps{Flow: h.flow, Clock: h.clock}); err != nil {
		t.Fatal(err)
	}
	return h
}

// fakeFlow keeps the walls as the real one does, and remembers what it was asked to do.
type fakeFlow struct {
	dir     *directory.Directory
	form    *forms.Form
	graph   *journey.Graph
	cases   map[casework.ID]*flow.StaffCase
	rows    []flow.Row
	towns   []*directory.Tenant
	inboxes []flow.InboxQuery
	orders  []flow.OrderQuery
	more    bool // there is another page of orders
	did     []string
	wrong   []forms.Problem // what the next form is answered with
	refuse  error           // what the next action fails with
	phone   *flow.PhoneSigning
}

func newFakeFlow(t testing.TB, dir *directory.Directory) *fakeFlow {
	t.Helper()
	def, wrong := forms.Load(os.DirFS("../../forms/library"), "skolskjuts")
	if len(wrong) > 0 {
		t.Fatal(wrong[0])
	}
	form, wrong := forms.Compile(def)
	if len(wrong) > 0 {
		t.Fatal(wrong[0])
	}
	graph, err := journey.New(form)
	if err != nil {
		t.Fatal(err)
	}
	f := &fakeFlow{dir: dir, form: form, graph: graph, cases: map[casework.ID]*flow.StaffCase{}}
	f.samples(t)
	return f
}

// handsOut lets a case be of a service that hands out certificates beside what it decides.
func (f *fakeFlow) handsOut(id casework.ID) {
	form, def := *f.form, *f.form.Def
	def.Meta.Delivery = handsOut.Delivery
	form.Def = &def
	f.cases[id].Form = &form
}

func (f *fakeFlow) service(tenant identity.TenantID) flow.ServiceView {
	t, _ := f.dir.Tenant(tenant)
	s, _ := t.Service("skolskjuts")
	return flow.ServiceView{Tenant: t, Form: f.form, Settings: s.Settings}
}

func (f *fakeFlow) open(a identity.Actor, id casework.ID, roles ...identity.Role) (*flow.StaffCase, error) {
	c := f.cases[id]
	if a.Staff == nil || c == nil || !a.Has(identity.AuthorityID(c.Case.Authority), anyRole...) {
		return nil, fault.New("fake", fault.NotFound, nil)
	}
	if !a.Has(identity.AuthorityID(c.Case.Authority), roles...) {
		return nil, fault.New("fake", fault.Forbidden, nil)
	}
	return c, nil
}

// do is every action: it passes the walls, then does what the test has set up.
func (f *fakeFlow) do(a identity.Actor, id casework.ID, roles []identity.Role, format string, args ...any) ([]forms.Problem, error) {
	if _, err := f.open(a, id, roles...); err != nil {
		return nil, err
	}
	if f.refuse != nil {
		return nil, f.refuse
	}
	if f.wrong == nil {
		f.did = append(f.did, string(id)+" "+fmt.Sprintf(format, args...))
	}
	return f.wrong, nil
}

func (f *fakeFlow) act(a identity.Actor, id casework.ID, format string, args ...any) error {
	_, err := f.do(a, id, handlers, format, args...)
	return err
}

func (f *fakeFlow) StaffLoggedIn(context.Context, identity.Staff) error { return nil }

func (f *fakeFlow) Catalogue(tenant identity.TenantID, _, _ string) ([]flow.ServiceView, error) {
	return []flow.ServiceView{f.service(tenant)}, nil
}

func (f *fakeFlow) PreparedServices(identity.Actor) ([]flow.ServiceView, error) { return nil, nil }

func (f *fakeFlow) Municipalities(identity.Actor) []*directory.Tenant { return f.towns }

func (f *fakeFlow) Inbox(_ context.Context, a identity.Actor, q flow.InboxQuery) (*flow.Inbox, error) {
	if len(a.Authorities(anyRole...)) == 0 {
		return nil, fault.New("fake", fault.Forbidden, nil)
	}
	f.inboxes = append(f.inboxes, q)
	in := &flow.Inbox{Counts: map[casework.State]int{}}
	if mine, err := f.ToSign(context.Background(), a); err == nil {
		in.ToSign = len(mine)
	}
	if near, err := f.UrgentLimits(context.Background(), a); err == nil {
		in.Limits = len(near)
	}
	for _, r := range f.rows {
		c := f.cases[r.ID]
		if c != nil && !a.Has(identity.AuthorityID(c.Case.Authority), anyRole...) {
			continue
		}
		in.Counts[r.State]++
		if len(r.Tasks) > 0 {
			in.Tasks++
		}
		if q.Task && len(r.Tasks) == 0 || len(q.States) > 0 && !slices.Contains(q.States, r.State) ||
			q.Mine && r.Assignee != a.Staff.Subject || q.Nobody && r.Assignee != "" {
			continue
		}
		in.Rows = append(in.Rows, r)
	}
	in.Count = len(in.Rows)
	return in, nil
}

// Orders gives those of the rows whose signatures are missing, each waiting for the other guardian.
func (f *fakeFlow) Orders(_ context.Context, a identity.Actor, q flow.OrderQuery) (*flow.Orders, error) {
	if len(a.Authorities(anyRole...)) == 0 {
		return nil, fault.New("fake", fault.Forbidden, nil)
	}
	f.orders = append(f.orders, q)
	out := &flow.Orders{More: f.more, Next: store.Cursor{Time: now, ID: "abc"}}
	for _, r := range f.rows {
		if r.Done == r.Of || !a.Has(school, anyRole...) || q.Mine && r.Assignee != a.Staff.Subject {
			continue
		}
		out.Rows = append(out.Rows, flow.OrderRow{Row: r, About: "application", Deadline: r.Submitted.AddDate(0, 0, 14),
			Waits: []flow.OrderWait{{Name: "Erik Testsson", State: signing.Invited, Asked: r.MissingSince, Reminded: 2, Last: ago(1)}}})
	}
	out.Count = len(out.Rows)
	return out, nil
}

func (f *fakeFlow) StaffCase(_ context.Context, a identity.Actor, id casework.ID) (*flow.StaffCase, error) {
	c, err := f.open(a, id, anyRole...)
	if err != nil {
		return nil, err
	}
	shown := *c
	shown.Colleagues, err = f.Colleagues(context.Background(), a, id)
	return &shown, err
}

func (f *fakeFlow) Colleagues(_ context.Context, a identity.Actor, id casework.ID) ([]flow.Colleague, error) {
	if _, err := f.open(a, id, anyRole...); err != nil {
		return nil, err
	}
	return []flow.Colleague{{Subject: "login|birgitta", Name: "Birgitta Provbeslutande"}, {Subject: "login|mona", Name: "Mona Testhandläggare"},
		{Subject: "login|oskar", Name: "Oskar Provhandläggare", Decides: true, Signs: true}}, nil
}

func (f *fakeFlow) paper(a identity.Actor, id casework.ID) (*flow.File, error) {
	if _, err := f.open(a, id, anyRole...); err != nil {
		return nil, err
	}
	b := []byte("%PDF-1.7")
	return &flow.File{Name: "prov.pdf", Type: "application/pdf", Size: int64(len(b)), Body: io.NopCloser(bytes.NewReader(b))}, nil
}

func (f *fakeFlow) StaffAttachment(_ context.Context, a identity.Actor, id casework.ID, _ string) (*flow.File, error) {
	return f.paper(a, id)
}
func (f *fakeFlow) StaffPart(_ context.Context, a identity.Actor, id casework.ID, _ string) (*flow.File, error) {
	return f.paper(a, id)
}
func (f *fakeFlow) Letter(_ context.Context, a identity.Actor, id casework.ID, _ signing.PartyID, _ string) (*flow.File, error) {
	return f.paper(a, id)
}
func (f *fakeFlow) CasePDF(_ context.Context, a identity.Actor, id casework.ID) (*flow.File, error) {
	return f.paper(a, id)
}

func (f *fakeFlow) CaseBundle(_ context.Context, a identity.Actor, id casework.ID) (*flow.File, error) {
	return f.paper(a, id)
}

func (f *fakeFlow) Assign(_ context.Context, a identity.Actor, id casework.ID, subject, _ string) error {
	return f.act(a, id, "assign %q", subject)
}
func (f *fakeFlow) Remind(_ context.Context, a identity.Actor, id casework.ID, p signing.PartyID) error {
	return f.act(a, id, "remind %s", p)
}
func (f *fakeFlow) RemindMany(_ context.Context, a identity.Actor, ids []casework.ID) (*flow.Reminders, error) {
	out := &flow.Reminders{Not: map[flow.WhyNot]int{}}
	for _, id := range ids {
		switch err := f.act(a, id, "remind missing"); {
		case errors.Is(err, fault.NotFound):
			out.Not[flow.NotThere]++
		case err != nil:
			return nil, err
		default:
			out.People++
		}
	}
	return out, nil
}
func (f *fakeFlow) CompletionCame(_ context.Context, a identity.Actor, id casework.ID) error {
	return f.act(a, id, "completion came")
}

func (f *fakeFlow) FinishTask(_ context.Context, a identity.Actor, id casework.ID, task int) error {
	return f.act(a, id, "finish %d", task)
}
func (f *fakeFlow) LetterSent(_ context.Context, a identity.Actor, id casework.ID, p signing.PartyID, what string, task int) error {
	return f.act(a, id, "letter %s %s %d", p, what, task)
}
func (f *fakeFlow) OrderCompletion(_ context.Context, a identity.Actor, id casework.ID, parties []signing.PartyID, text, due string) ([]forms.Problem, error) {
	return f.do(a, id, handlers, "completion %v %s %q", parties, due, text)
}
func (f *fakeFlow) GoOn(_ context.Context, a identity.Actor, id casework.ID, p signing.PartyID, ground string) ([]forms.Problem, error) {
	return f.do(a, id, handlers, "go on %s %q", p, ground)
}
func (f *fakeFlow) NoteHindered(_ context.Context, a identity.Actor, id casework.ID, p signing.PartyID, reason string) ([]forms.Problem, error) {
	return f.do(a, id, handlers, "hindered %s %q", p, reason)
}
func (f *fakeFlow) Replace(_ context.Context, a identity.Actor, id casework.ID, old signing.PartyID, in flow.Substitute) ([]forms.Problem, error) {
	return f.do(a, id, handlers, "replace %s %q %q %q %q %q", old, in.Name, in.Number, in.Email, in.Phone, in.Ground)
}
func (f *fakeFlow) MoveStage(_ context.Context, a identity.Actor, id casework.ID, from, to, note string) ([]forms.Problem, error) {
	return f.do(a, id, handlers, "stage %s %s %q", from, to, note)
}
func (f *fakeFlow) RegisterPaper(_ context.Context, a identity.Actor, id casework.ID, p signing.PartyID, on, name string, scan io.Reader) ([]forms.Problem, error) {
	b, err := io.ReadAll(scan)
	if err != nil {
		return nil, err
	}
	return f.do(a, id, handlers, "paper %s %s %s %d bytes", p, on, name, len(b))
}

func (f *fakeFlow) PreviewDecision(_ context.Context, a identity.Actor, id casework.ID, in flow.DecisionInput) (*flow.DecisionPreview, error) {
	if _, err := f.open(a, id, handlers...); err != nil {
		return nil, err
	}
	return &flow.DecisionPreview{Markdown: "# Beslut om skolskjuts\n\nNämnden beslutar **" + in.Outcome + "**.\n\n## Skäl\n\n" + in.Reasons,
		Problems: f.wrong, Proposed: journeys()}, nil
}
func (f *fakeFlow) PreviewPDF(_ context.Context, a identity.Actor, id casework.ID, _ flow.DecisionInput) (*flow.File, error) {
	return f.paper(a, id)
}
func (f *fakeFlow) Decide(_ context.Context, a identity.Actor, id casework.ID, rev int64, in flow.DecisionInput) ([]forms.Problem, error) {
	return f.do(a, id, []identity.Role{identity.Decider}, "decide %d %s %v %v %q", rev, in.Outcome, in.Grounds, in.Rows, in.Title)
}

func (f *fakeFlow) HandOut(_ context.Context, a identity.Actor, id casework.ID, rev int64, in flow.HandoutInput) ([]forms.Problem, error) {
	var got []string
	for in.Files != nil {
		name, body, err := in.Files()
		if errors.Is(err, io.EOF) {
			break
		}
		b, readErr := io.ReadAll(body)
		if err = errors.Join(err, readErr); err != nil {
			return nil, err
		}
		got = append(got, fmt.Sprintf("%s %d bytes", name, len(b)))
	}
	return f.do(a, id, handlers, "hand out %d %s %q %q", rev, in.Way, in.Message, got)
}

func (f *fakeFlow) BoardList(_ context.Context, a identity.Actor, auth identity.AuthorityID) ([]flow.Row, error) {
	if !a.Has(auth, anyRole...) {
		return nil, fault.New("fake", fault.NotFound, nil)
	}
	var out []flow.Row
	for _, r := range f.rows {
		if r.Unreported && auth == school {
			out = append(out, r)
		}
	}
	return out, nil
}
func (f *fakeFlow) ReportToBoard(_ context.Context, a identity.Actor, auth identity.AuthorityID, meeting string, ids []casework.ID) error {
	if !a.Has(auth, identity.Decider, identity.Manager) {
		return fault.New("fake", fault.NotFound, nil)
	}
	f.did = append(f.did, fmt.Sprintf("report %s %v", meeting, ids))
	return nil
}
func (f *fakeFlow) UploadRideList(_ context.Context, a identity.Actor, auth identity.AuthorityID, name string, r io.Reader) (*flow.RideReport, error) {
	if !a.Has(auth, handlers...) {
		return nil, fault.New("fake", fault.NotFound, nil)
	}
	if _, err := io.Copy(io.Discard, r); err != nil {
		return nil, err
	}
	return &flow.RideReport{File: name, Lines: 42, Matched: 40, Cases: 8, Problems: rideProblems(), Unknown: []int{17}}, nil
}

var (
	anna = personas.AnnaTestsson
	erik = personas.ErikTestsson
	elsa = personas.ElsaTestsson
)
