package server_test

import (
	"net/url"
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"samtjanst/integrations/eid"
	"samtjanst/integrations/sim/personas"
	"samtjanst/platform/calendar"
	"samtjanst/platform/casework"
	"samtjanst/platform/directory/people"
	"samtjanst/platform/flow"
	"samtjanst/platform/identity"
	"samtjanst/platform/idno"
	"samtjanst/platform/server/servertest"
	"samtjanst/platform/signing"
)

// duty is a world in which Tallvik's board for education is on duty for Ekköping's socialnämnd: Torsten prepares; Disa is the chair on call,
// Dag and Doris are members whom the board has appointed, asked after her; Siv is an officer of socialnämnden.
type duty struct {
	*servertest.World
	torsten, siv     identity.Actor
	disa, dag, doris people.Person
}

const (
	dutyBoard = identity.AuthorityID("ekkoping/social")
	dutyHost  = identity.AuthorityID("tallvik/barn-och-utbildning")
)

// newDuty makes it; changes are made to the options, in which Forms is a folder of the test's, and to the municipalities before the platform starts.
func newDuty(t *testing.T, changes ...func(o *servertest.Options, towns fstest.MapFS)) *duty {
	t.Helper()
	folder := t.TempDir() // the one form, so that nothing else is compiled
	if err := os.CopyFS(folder+"/jourbeslut", os.DirFS("testdata/forms/jourbeslut")); err != nil {
		t.Fatal(err)
	}
	towns := servertest.Towns(t)
	for _, town := range towns {
		town.Data = []byte(withoutServices(string(town.Data)))
	}
	towns["municipalities/ekkoping.yaml"].Data = append(towns["municipalities/ekkoping.yaml"].Data,
		"\ncooperations:\n  - {id: jour, title: Jouren, authority: social, host: tallvik/barn-och-utbildning, forms: [jourbeslut], settings: {jourtelefon: 070-174 06 90}}\n"...)
	made := servertest.Options{Forms: folder, Municipalities: towns}
	for _, change := range changes {
		change(&made, towns)
	}
	d := &duty{World: servertest.New(t, made)}
	d.torsten, d.siv = d.Staff(personas.TorstenTallhandlaggare), d.Staff(personas.SivSocialtest)
	d.disa = d.put(t, "Disa Provberg", "197808152388", "+46701740610", people.Person{Roles: []people.Role{{Authority: "social", Role: identity.Chair, Title: "Ordförande"}}})
	d.dag = d.put(t, "Dag Provberg", "197909172392", "+46701740611", appointed())
	d.doris = d.put(t, "Doris Provberg", "198010192394", "+46701740612", appointed())
	_, err := d.Flow.People.PutBoard(d.Ctx, "ekkoping", people.Board{Authority: "social", Deputies: []people.ID{d.dag.ID, d.doris.ID},
		Shifts:   []people.Shift{{Person: d.disa.ID, From: servertest.Start.Add(-time.Hour), To: servertest.Start.Add(24 * time.Hour)}},
		Meetings: []people.Meeting{{Day: calendar.Of(2026, 12, 8)}, {Day: calendar.Of(2026, 12, 1)}}}, people.Entry{At: d.Clock.Now(), By: "setup", What: []string{"schedule"}})
	if err != nil {
		t.Fatal(err)
	}
	d.Clock.Advance(people.Fresh)
	return d
}

// put registers somebody in Ekköping.
func (d *duty) put(t *testing.T, name, number, phone string, p people.Person) people.Person {
	t.Helper()
	p.Tenant, p.Name, p.Number, p.Phone, p.Email = "ekkoping", name, idno.Must(number), phone, strings.ToLower(strings.Fields(name)[0])+".provberg@example.se"
	got, err := d.Flow.People.Put(d.Ctx, p, people.Entry{At: d.Clock.Now(), By: "setup", What: []string{"entered"}})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// appointed is a member whom the board has appointed to decide alone.
func appointed() people.Person {
	return people.Person{Mandates: []people.Mandate{{Authority: "social", Kinds: []string{"lvu-6"}, Decided: calendar.Of(2026, 1, 20), Paragraph: "§ 4"}}}
}

// withoutServices is a municipality that offers nothing.
func withoutServices(file string) string {
	var out []string
	skip := false
	for _, line := range strings.Split(file, "\n") {
		if line != "" && !strings.ContainsAny(line[:1], " #-") {
			skip = strings.HasPrefix(line, "services:")
		}
		if !skip {
			out = append(out, line)
		}
	}
	return strings.Join(out, "\n")
}

// elected is somebody of the register who has logged in.
func (d *duty) elected(p people.Person) identity.Actor {
	return identity.Actor{Lang: "sv", Staff: &identity.Staff{Subject: p.ID.Subject(), Name: p.Name, Number: p.Number, Tenant: "ekkoping", LoginAt: d.Clock.Now(),
		Grants: []identity.Grant{{Authority: dutyBoard, Roles: []identity.Role{identity.Chair}}}}}
}

// prepare makes Torsten's case of Ekköping's.
func (d *duty) prepare(t *testing.T) casework.ID {
	t.Helper()
	draft, err := d.Flow.BeginPrepared(d.Ctx, d.torsten, "jourbeslut", dutyBoard)
	if err != nil {
		t.Fatal(err)
	}
	d.Fill(d.torsten, draft, map[string]url.Values{"unge": servertest.Posted("/unge/namn=Elsa Testsson", "/unge/plats=Jourhemmet Hemliga gatan", "/unge/sjukhus=true",
		"/vardnadshavare/namn=Erik Testsson", "/vardnadshavare/adress=Provgatan 2, 123 45 Ekköping")})
	id := d.Submit(d.torsten, draft)
	d.Run()
	return id
}

var urgently = flow.DecisionInput{Outcome: "omhandertagande", Grounds: []string{"2"}, Reasons: "Det kan inte vänta.", Title: "Socialsekreterare", Propose: true}

// lay lays the decision before some, in the register's order, and its document is made.
func (d *duty) lay(t *testing.T, id casework.ID, before ...people.Person) {
	t.Helper()
	d.layInOrder(t, id, "", before...)
}

// layInOrder lays it in another order, for a reason.
func (d *duty) layInOrder(t *testing.T, id casework.ID, why string, before ...people.Person) {
	t.Helper()
	in := urgently
	in.OrderReason = why
	for _, p := range before {
		in.Signers = append(in.Signers, p.ID.Subject())
	}
	c, err := d.Flow.StaffCase(d.Ctx, d.torsten, id)
	if err != nil {
		t.Fatal(err)
	}
	if problems, err := d.Flow.Decide(d.Ctx, d.torsten, id, c.Rev, in); err != nil || problems != nil {
		t.Fatal(problems, err)
	}
	d.Run()
}

func (d *duty) place(id casework.ID, p people.Person) signing.Place {
	h := d.Head(id)
	return h.OrderOf(h.Signer(p.ID.Subject()).ID).Places[indexOf(h, p)]
}

func indexOf(h casework.Case, p people.Person) int {
	for i, one := range h.Decision.Signers {
		if one.Subject == p.ID.Subject() {
			return i
		}
	}
	return -1
}

// signs signs with the real protocol of the e-legitimation.
func (d *duty) signs(t *testing.T, p people.Person, id casework.ID) {
	t.Helper()
	a := d.elected(p)
	v, err := d.Flow.StartSigningDecision(d.Ctx, a, id, "", servertest.Client)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(v.Text, "Elsa") {
		t.Errorf("what passes the provider tells of whom it is: %s", v.Text)
	}
	if err := d.Sim.BankID.Approve(p.Number, v.Order.AutoStart); err != nil {
		t.Fatal(err)
	}
	for range 5 {
		if v, err = d.Flow.PollSigningDecision(d.Ctx, a, id); err != nil {
			t.Fatal(err)
		}
		if v.Status.State != eid.Pending {
			break
		}
	}
	if v.Status.State != eid.Complete {
		t.Fatalf("%+v", v.Status)
	}
}
