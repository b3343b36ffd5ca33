package server_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"samtjanst/forms"
	"samtjanst/forms/journey"
	"samtjanst/integrations/sim/personas"
	"samtjanst/platform/fault"
	"samtjanst/platform/flow"
	"samtjanst/platform/httpkit/httptestkit"
	"samtjanst/platform/server/servertest"
)

// begun is an application of Anna's that is filled in to the last page.
func (o *office) begun() string {
	o.t.Helper()
	id, err := o.Flow.Start(o.Ctx, anna, o.tenant, o.form)
	if err != nil {
		o.t.Fatal(err)
	}
	o.Fill(anna, id, servertest.OneHome(personas.ElsaTestsson, "eklunda", "anna.testsson@example.se"))
	return id
}

// After new files, which keep what is begun, the person responsible lets it be moved: answers go where the mapping says, and Anna is told what she
// must answer again. What she had read before cannot be handed in.
func TestDraftsAreMoved(t *testing.T) {
	o := newOffice(t)
	id := o.begun()
	files := libraryFiles(t)
	for name, change := range map[string][2]string{"schema.json": {`"asikt"`, `"tankar"`}, "layout.yaml": {"/barnet/asikt", "/barnet/tankar"}, "text/en.yaml": {"/barnet/asikt", "/barnet/tankar"}} {
		f := files["skolskjuts/"+name]
		f.Data = bytes.Replace(f.Data, []byte(change[0]), []byte(change[1]), 1)
	}
	schema, text := files["skolskjuts/schema.json"], files["skolskjuts/text/en.yaml"]
	schema.Data = bytes.Replace(schema.Data, []byte(`"const": "hela"`), []byte(`"const": "heltid"`), 1)
	text.Data = bytes.Replace(text.Data, []byte("{hela: "), []byte("{heltid: "), 1)
	if err := o.Flow.PublishFiles(o.Ctx, files, "."); err != nil {
		t.Fatal(err)
	}
	kept, err := o.Flow.Page(o.Ctx, anna, id, journey.CheckPage, false)
	if err != nil || kept.Page != nil {
		t.Fatal("new files do something to what is begun", err)
	}

	policy := flow.Policy{Kind: flow.Migrate, Mapping: []flow.Move{{From: "/barnet/asikt", To: "/barnet/tankar"}}}
	p := o.propose(nil, "contact", map[string]string{"responsible.operations": "Kontaktcenter"})
	p = o.propose(p, "contact", map[string]string{"responsible.operations": "Skolskjutshandläggare, barn- och utbildningsförvaltningen"})
	if len(p.Changes) != 0 {
		t.Fatal(p.Changes)
	}
	report, err := o.Flow.CountDrafts(o.Ctx, o.mona, o.form, p.ID, policy)
	if err != nil || report.Open != 1 || report.Clean != 0 {
		t.Errorf("%+v %v", report, err)
	}
	v := o.publish(p, policy) // nothing but the policy
	if v.History[0].Report.Open != 1 || v.History[0].Version != v.History[1].Version {
		t.Errorf("%+v", v.History[0])
	}
	if _, _, err := o.Flow.Submit(o.Ctx, anna, id, kept.Rev); !errors.Is(err, fault.Conflict) {
		t.Errorf("what was read before is handed in: %v", err)
	}
	moved, err := o.Flow.Page(o.Ctx, anna, id, "", false)
	if err != nil {
		t.Fatal(err)
	}
	if got, _ := forms.Lookup(moved.Stored, "/barnet/tankar"); got != "Jag vill åka buss med mina kompisar." {
		t.Errorf("the pupil's view is %v", got)
	}
	if moved.Page == nil || moved.Page.ID != "period" || len(moved.Again) != 1 || moved.Again[0]["sv"] != "För vilken tid behövs skolskjuts?" {
		t.Errorf("at %v, asked again: %v", moved.Page, moved.Again)
	}
	answers := servertest.OneHome(personas.ElsaTestsson, "eklunda", "anna.testsson@example.se")
	answers["period"] = servertest.Posted("/period/omfattning=heltid")
	answers["barnet"] = servertest.Posted("/barnet/tankar=Buss.")
	if done := o.Fill(anna, id, answers); len(done.Again) != 0 {
		t.Errorf("still asked: %v", done.Again)
	}
	o.Submit(anna, id)
}

// Whoever had begun before a service was made anew is told so, loses nothing that was typed, and can read it, throw it away and begin again.
func TestDraftsBeginAnew(t *testing.T) {
	o := newOffice(t)
	id := o.begun()
	open, err := o.Flow.Page(o.Ctx, anna, id, "barnet", false)
	if err != nil {
		t.Fatal(err)
	}
	o.publish(o.propose(nil, "about", map[string]string{"form.title": "Ny skolskjuts"}), flow.Policy{Kind: flow.Restart})
	if _, err := o.Flow.Page(o.Ctx, anna, id, "", false); !errors.Is(err, flow.ErrRemade) || !errors.Is(err, fault.Gone) {
		t.Errorf("opened: %v", err)
	}
	if _, err := o.Flow.Save(o.Ctx, anna, id, flow.Post{Page: "barnet", Rev: open.Rev, Values: servertest.Posted("/barnet/asikt=Det sista som skrevs.")}); !errors.Is(err, flow.ErrRemade) {
		t.Errorf("saved: %v", err)
	}
	if _, _, err := o.Flow.Submit(o.Ctx, anna, id, open.Rev+1); !errors.Is(err, flow.ErrRemade) {
		t.Errorf("handed in: %v", err)
	}
	b := httptestkit.New(t, o.App)
	b.LogIn(o.Kit, anna)
	b.Get("/ansokan/" + id)
	b.Follow()
	b.Want(200)
	for _, want := range []string{"Tjänsten har gjorts om", "Det sista som skrevs.", "Ansök om skolskjuts"} {
		if !strings.Contains(b.Text(), want) {
			t.Errorf("the page does not say %q:\n%s", want, b.Text())
		}
	}
	httptestkit.CheckPage(t, "remade", b.Page.Body)
	if _, err := o.Flow.Remade(o.Ctx, erik, id); !errors.Is(err, fault.NotFound) {
		t.Errorf("somebody else reads it: %v", err)
	}
	next, err := o.Flow.Start(o.Ctx, anna, o.tenant, o.form)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := o.Flow.Remade(o.Ctx, anna, next); !errors.Is(err, fault.NotFound) {
		t.Errorf("a new one has been made anew: %v", err)
	}
	if err := o.Flow.Discard(o.Ctx, anna, id); err != nil {
		t.Error(err)
	}
}

// Days decide when an application can be begun; what was begun before is handed in all the same.
func TestOpeningDays(t *testing.T) {
	o := newOffice(t)
	id := o.begun()
	for _, c := range []struct{ opens, last, says string }{{"2027-01-15", "04-30", "E-tjänsten öppnar 15 januari 2027."}, {"", "2026-11-01", "Sista dagen att börja en ansökan var 1 november 2026."}} {
		o.publish(o.propose(nil, "time", map[string]string{"overview.opens": c.opens, "overview.lastDay": c.last}), flow.Policy{Kind: flow.Keep})
		if _, err := o.Flow.Start(o.Ctx, anna, o.tenant, o.form); !errors.Is(err, fault.Gone) {
			t.Errorf("%s: begun: %v", c.says, err)
		}
		b := httptestkit.New(t, o.App)
		b.LogIn(o.Kit, anna)
		b.Get("/ekkoping/tjanster/skolskjuts")
		if !strings.Contains(b.Text(), c.says) || strings.Contains(b.Text(), "Börja ansökan") {
			t.Errorf("the page does not say %q:\n%s", c.says, b.Text())
		}
		if b.Get("/tallvik/tjanster/skolskjuts"); !strings.Contains(b.Text(), "Börja ansökan") {
			t.Error("Tallvik is shut too")
		}
	}
	o.Submit(anna, id)
}
