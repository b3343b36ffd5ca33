package server_test

import (
	"bytes"
	"errors"
	"io/fs"
	"log/slog"
	"strings"
	"testing"
	"testing/fstest"

	"samtjanst/forms"
	"samtjanst/forms/library"
	"samtjanst/forms/owned"
	"samtjanst/integrations/sim/personas"
	"samtjanst/platform/fault"
	"samtjanst/platform/flow"
	"samtjanst/platform/identity"
	"samtjanst/platform/server/servertest"
)

// office is a municipality's own people around one service.
type office struct {
	*servertest.World
	t            *testing.T
	mona         identity.Actor // responsible
	birgitta     identity.Actor // approves
	form, tenant string
}

func newOffice(t *testing.T) *office {
	t.Helper()
	w := servertest.New(t, servertest.Options{})
	return &office{World: w, t: t, mona: w.Staff(personas.MonaTesthandlaggare), birgitta: w.Staff(personas.BirgittaProvbeslutande), form: "skolskjuts", tenant: "ekkoping"}
}

// propose writes values into a new proposal, or into one that is there.
func (o *office) propose(p *flow.Proposal, group string, typed map[string]string) *flow.Proposal {
	o.t.Helper()
	if p == nil {
		p = &flow.Proposal{}
	}
	next, problems, err := o.Flow.SaveProposal(o.Ctx, o.mona, o.form, p.ID, p.Rev, group, typed)
	if err != nil || len(problems) > 0 {
		o.t.Fatal(err, problems)
	}
	return next
}

// publish sends a proposal on and has it approved.
func (o *office) publish(p *flow.Proposal, policy flow.Policy) *flow.OwnedView {
	o.t.Helper()
	if problems, err := o.Flow.SubmitProposal(o.Ctx, o.mona, o.form, p.ID, p.Rev, "Därför att.", policy); err != nil || len(problems) > 0 {
		o.t.Fatal(err, problems)
	}
	v, err := o.Flow.Proposal(o.Ctx, o.birgitta, o.form, p.ID)
	if err != nil || !v.MayPass {
		o.t.Fatal(err, v)
	}
	if err := o.Flow.ApproveProposal(o.Ctx, o.birgitta, o.form, p.ID, v.Proposal.Rev, v.Head); err != nil {
		o.t.Fatal(err)
	}
	after, err := o.Flow.OwnedService(o.Ctx, o.mona, o.form)
	if err != nil {
		o.t.Fatal(err)
	}
	return after
}

func (o *office) title(tenant string) string {
	o.t.Helper()
	sv, err := o.Flow.Service(identity.TenantID(tenant), o.form)
	if err != nil {
		o.t.Fatal(err)
	}
	return sv.Form.Title["sv"]
}

// A change goes from the person responsible through a second person to the citizens of that municipality and no other, and back.
func TestPublishing(t *testing.T) {
	o := newOffice(t)
	before := o.title("ekkoping")
	p := o.propose(nil, "about", map[string]string{"form.title": "  Sök skolskjuts ", "form.title@en": "Apply for a ride"})
	p = o.propose(p, "time", map[string]string{"overview.lastDay": "03-31", "draftDays": "28"})
	if len(p.Changes) != 3 {
		t.Fatal(p.Changes)
	}
	if o.title("ekkoping") != before {
		t.Error("a proposal is published")
	}
	v := o.publish(p, flow.Policy{Kind: flow.Keep})
	if got := o.title("ekkoping"); got != "Sök skolskjuts" {
		t.Errorf("Ekköping's citizens read %q", got)
	}
	if got := o.title("tallvik"); got != before {
		t.Errorf("Tallvik's citizens read %q", got)
	}
	if len(v.History) != 2 || v.History[0].By.Name != o.mona.Staff.Name || v.History[0].ApprovedBy.Name != o.birgitta.Staff.Name || v.History[0].Note != "Därför att." ||
		v.History[0].Source != flow.FromBuilder || v.History[1].Source != flow.FromFiles || len(v.History[0].Edits) != 3 || len(v.Open) != 0 {
		t.Errorf("%+v", v.History)
	}
	// Nobody writes over somebody else's publication without seeing it, and back is a proposal as any other.
	back, err := o.Flow.RollBack(o.Ctx, o.mona, o.form, v.History[1].ID, "Som förut.")
	if err != nil || len(back.Changes) != 3 {
		t.Fatal(back, err)
	}
	if v = o.publish(back, flow.Policy{Kind: flow.Keep}); o.title("ekkoping") != before || len(v.History) != 3 || len(v.History[0].Changes) != 0 {
		t.Errorf("%q, %d changes left", o.title("ekkoping"), len(v.History[0].Changes))
	}
	if _, err := o.Flow.RollBack(o.Ctx, o.mona, o.form, v.History[2].ID, ""); !errors.Is(err, fault.Exists) {
		t.Error(err)
	}
}

// A platform that dies when a proposal is published and before it is put away publishes it once.
func TestPublishedOnce(t *testing.T) {
	o := newOffice(t)
	p := o.propose(nil, "about", map[string]string{"form.title": "Ny titel"})
	if problems, err := o.Flow.SubmitProposal(o.Ctx, o.mona, o.form, p.ID, p.Rev, "Skäl", flow.Policy{Kind: flow.Restart}); err != nil || problems != nil {
		t.Fatal(err, problems)
	}
	recs, err := o.Store.ListRecords(o.Ctx, o.Clock.Now(), "proposal", "ekkoping/", "", 10)
	if err != nil || len(recs) != 1 {
		t.Fatal(err, len(recs))
	}
	approve := func() {
		v, err := o.Flow.Proposal(o.Ctx, o.birgitta, o.form, p.ID)
		if err != nil {
			t.Fatal(err)
		}
		if err := o.Flow.ApproveProposal(o.Ctx, o.birgitta, o.form, p.ID, v.Proposal.Rev, v.Head); err != nil {
			t.Fatal(err)
		}
	}
	approve()
	recs[0].Rev = 1 // as if it had never been removed
	if err := o.Store.PutRecord(o.Ctx, o.Clock.Now(), recs[0]); err != nil {
		t.Fatal(err)
	}
	approve()
	v, err := o.Flow.OwnedService(o.Ctx, o.mona, o.form)
	if err != nil || len(v.History) != 2 || len(v.Open) != 0 {
		t.Errorf("%d publications, %d proposals, %v", len(v.History), len(v.Open), err)
	}
}

// Who may what, and that nobody passes what is not what was seen.
func TestWhoPublishes(t *testing.T) {
	o := newOffice(t)
	p := o.propose(nil, "about", map[string]string{"form.title": "Ny titel"})
	for name, c := range map[string]struct {
		who  identity.Actor
		kind fault.Kind
	}{
		"a stranger": {identity.Actor{}, fault.Unauthorised}, "a citizen": {anna, fault.Unauthorised}, "an officer": {o.Staff(personas.OskarProvhandlaggare), fault.NotFound},
		"another board": {o.Staff(personas.SivSocialtest), fault.NotFound}, "another municipality": {o.Staff(personas.TorstenTallhandlaggare), fault.NotFound},
		"who approves": {o.birgitta, fault.Forbidden},
	} {
		_, _, err := o.Flow.SaveProposal(o.Ctx, c.who, o.form, p.ID, p.Rev, "about", map[string]string{"form.title": "X"})
		if !errors.Is(err, c.kind) {
			t.Errorf("%s saves: %v", name, err)
		}
		if _, err := o.Flow.Proposal(o.Ctx, c.who, o.form, p.ID); name != "who approves" && !errors.Is(err, c.kind) {
			t.Errorf("%s reads: %v", name, err)
		}
	}
	if _, err := o.Flow.OwnedServices(o.Ctx, o.Staff(personas.SivSocialtest)); err != nil {
		t.Error(err)
	}
	if err := o.Flow.ApproveProposal(o.Ctx, o.birgitta, o.form, p.ID, p.Rev, ""); !errors.Is(err, fault.Conflict) {
		t.Errorf("what is still written is approved: %v", err)
	}
	// Two tabs.
	o.propose(p, "about", map[string]string{"form.title": "Först"})
	if _, _, err := o.Flow.SaveProposal(o.Ctx, o.mona, o.form, p.ID, p.Rev, "about", map[string]string{"form.title": "Sist"}); !errors.Is(err, fault.Conflict) {
		t.Errorf("the second tab: %v", err)
	}
	// The same person with both roles.
	both := o.mona
	staff := *both.Staff
	staff.Grants = []identity.Grant{{Authority: "ekkoping/barn-och-utbildning", Roles: []identity.Role{identity.FormOwner, identity.FormApprover}}}
	both.Staff = &staff
	view, err := o.Flow.Proposal(o.Ctx, both, o.form, p.ID)
	if err != nil {
		t.Fatal(err)
	}
	if problems, err := o.Flow.SubmitProposal(o.Ctx, both, o.form, p.ID, view.Proposal.Rev, "Skäl", flow.Policy{Kind: flow.Keep}); err != nil || problems != nil {
		t.Fatal(problems, err)
	}
	view, err = o.Flow.Proposal(o.Ctx, both, o.form, p.ID)
	if err != nil || view.MayPass {
		t.Error(err, "the author may approve")
	}
	if err := o.Flow.ApproveProposal(o.Ctx, both, o.form, p.ID, view.Proposal.Rev, view.Head); !errors.Is(err, fault.Forbidden) {
		t.Errorf("the author approves: %v", err)
	}
	if err := o.Flow.ApproveProposal(o.Ctx, o.birgitta, o.form, p.ID, view.Proposal.Rev, "another"); !errors.Is(err, fault.Conflict) {
		t.Errorf("on another publication: %v", err)
	}
	if problems, err := o.Flow.ReturnProposal(o.Ctx, o.birgitta, o.form, p.ID, view.Proposal.Rev, ""); err != nil || len(problems) != 1 {
		t.Error(problems, err)
	}
	if problems, err := o.Flow.ReturnProposal(o.Ctx, o.birgitta, o.form, p.ID, view.Proposal.Rev, "Stavfel i titeln."); err != nil || problems != nil {
		t.Error(problems, err)
	}
	// Two proposals about the same text: the second is told when the first is published.
	other := o.propose(nil, "about", map[string]string{"form.title": "Andra förslaget"})
	o.publish(other, flow.Policy{Kind: flow.Keep})
	view, err = o.Flow.Proposal(o.Ctx, o.mona, o.form, p.ID)
	if err != nil || len(view.Stale) != 1 || view.Stale[0].Now != "Andra förslaget" {
		t.Fatal(err, view.Stale)
	}
	if problems, err := o.Flow.SubmitProposal(o.Ctx, o.mona, o.form, p.ID, view.Proposal.Rev, "Skäl", flow.Policy{Kind: flow.Keep}); err != nil || len(problems) != 1 || problems[0].Pointer != "/changes" {
		t.Error(problems, err)
	}
}

// What is wrong is told at the text it is about.
func TestProposalRefused(t *testing.T) {
	o := newOffice(t)
	_, problems, err := o.Flow.SaveProposal(o.Ctx, o.mona, o.form, "", 0, "time", map[string]string{"overview.opens": "i maj", "overview.lastDay": "04-30"})
	if err != nil || len(problems) != 1 || problems[0].Pointer != "overview.opens" || problems[0].Code != forms.NotADate {
		t.Error(problems, err)
	}
	p := o.propose(nil, "overview", map[string]string{"overview.help": "Läs [mer](javascript:alert(1)).", "overview.help@en": "Read."})
	v, err := o.Flow.Proposal(o.Ctx, o.mona, o.form, p.ID)
	if err != nil || len(v.Lint) != 1 || v.Lint[0].Item != "overview.help" {
		t.Fatalf("%v %+v", err, v.Lint)
	}
	problems, err = o.Flow.SubmitProposal(o.Ctx, o.mona, o.form, p.ID, v.Proposal.Rev, "Skäl", flow.Policy{Kind: flow.Keep})
	if err != nil || len(problems) != 1 || problems[0].Pointer != "/changes" {
		t.Error(problems, err)
	}
}

// libraryFiles are the shipped forms, to be changed.
func libraryFiles(t *testing.T) fstest.MapFS {
	t.Helper()
	files := fstest.MapFS{}
	if err := fs.WalkDir(library.Forms, ".", func(name string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			raw, err := fs.ReadFile(library.Forms, name)
			files[name] = &fstest.MapFile{Data: raw}
			return err
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return files
}

// started is another process that starts with files on the same store: its catalogue, and what it logs.
func (o *office) started(files fs.FS) (*flow.Catalog, *bytes.Buffer) {
	o.t.Helper()
	told := new(bytes.Buffer)
	c, err := flow.LoadCatalog(o.Ctx, o.Store, o.Clock.Now())
	if err != nil {
		o.t.Fatal(err)
	}
	s := &flow.Service{Vault: o.Flow.Vault, Directory: o.Flow.Directory, Catalog: c, Clock: o.Clock, Log: slog.New(slog.NewTextHandler(told, nil))}
	if err := s.PublishFiles(o.Ctx, files, "."); err != nil {
		o.t.Fatal(err)
	}
	return c, told
}

// Developers' new files and what was changed here are one history: in all processes, without loss.
func TestFilesAndBuilder(t *testing.T) {
	o := newOffice(t)
	p := o.propose(nil, "about", map[string]string{"form.title": "Vår skolskjuts", "form.summary": "Vår sammanfattning.", "form.summary@en": "Our summary."})
	o.publish(p, flow.Policy{Kind: flow.Keep})

	files := libraryFiles(t)
	const name = "skolskjuts/form.yaml"
	old := files[name]
	changed := bytes.Replace(old.Data, []byte("summary: För elever"), []byte("summary: För alla elever"), 1)
	changed = bytes.Replace(changed, []byte("minutes: 10"), []byte("minutes: 15"), 1)
	files[name] = &fstest.MapFile{Data: changed}
	other, told := o.started(files)
	if n := strings.Count(told.String(), "\n"); n != 2 || !strings.Contains(told.String(), "form=skolskjuts municipality=ekkoping kept=2 waiting=1") {
		t.Errorf("the log says %s", told.String())
	}
	if o.title("ekkoping") != "Vår skolskjuts" {
		t.Error("before it is read again")
	}
	if news, err := o.Flow.Catalog.Refresh(o.Ctx, o.Clock.Now()); err != nil || !news {
		t.Fatal(news, err)
	}
	here, _ := o.Flow.Service("ekkoping", o.form)
	there, _ := o.Flow.Service("tallvik", o.form)
	if here.Form.Title["sv"] != "Vår skolskjuts" || here.Form.Overview.Needs == nil || here.Form.Def.Meta.Overview.Minutes != 15 || !strings.HasPrefix(here.Form.Summary["sv"], "För alla elever") {
		t.Errorf("%s, %s", here.Form.Title, here.Form.Summary)
	}
	if there.Form.Def.Meta.Overview.Minutes != 15 || there.Form.Title["sv"] == "Vår skolskjuts" {
		t.Error("Tallvik")
	}
	v, err := o.Flow.OwnedService(o.Ctx, o.mona, o.form)
	if err != nil || len(v.Conflicts) != 1 || v.Conflicts[0].Why != owned.Altered || v.Conflicts[0].Value != "Vår sammanfattning." || len(v.History) != 3 {
		t.Fatal(err, v.Conflicts, len(v.History))
	}
	// Taken up again, it stands, and nothing waits.
	again, err := o.Flow.TakeUp(o.Ctx, o.mona, o.form)
	if err != nil {
		t.Fatal(err)
	}
	if v = o.publish(again, flow.Policy{Kind: flow.Keep}); len(v.Conflicts) != 0 {
		t.Error(v.Conflicts)
	}
	// The same files again, and those from before, are not news.
	for _, f := range []*fstest.MapFile{files[name], old} {
		files[name] = f
		_, told = o.started(files)
		if news, err := o.Flow.Catalog.Refresh(o.Ctx, o.Clock.Now()); err != nil || news {
			t.Error("known files were published", err)
		}
	}
	if !strings.Contains(told.String(), "older than what is published") {
		t.Error("nobody is told")
	}
	if h, err := other.Head("ekkoping", o.form); err != nil || h.Version == "" {
		t.Error(err)
	}
}
