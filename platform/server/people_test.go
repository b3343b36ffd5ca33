package server_test

import (
	"bytes"
	"fmt"
	"io/fs"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"samtjanst/examples/demo"
	"samtjanst/platform/directory/people"
	"samtjanst/platform/flow"
	"samtjanst/platform/httpkit"
	"samtjanst/platform/httpkit/httptestkit"
	"samtjanst/platform/identity"
	"samtjanst/platform/idno"
	"samtjanst/platform/server/servertest"
)

var (
	social   = flow.BoardRef{Tenant: "ekkoping", Board: "social"}
	teachers = flow.BoardRef{Tenant: "tallvik", Board: "barn-och-utbildning"} // whose cases Ekköping's socialnämnd works with, here
)

// peopleWorld is the demo, in which one board works for another.
func peopleWorld(t *testing.T) *servertest.World {
	t.Helper()
	towns := fstest.MapFS{}
	for _, name := range []string{"municipalities/ekkoping.yaml", "municipalities/tallvik.yaml"} {
		raw, err := fs.ReadFile(demo.Municipalities, name)
		if err != nil {
			t.Fatal(err)
		}
		towns[name] = &fstest.MapFile{Data: raw}
	}
	towns["municipalities/tallvik.yaml"].Data = append(towns["municipalities/tallvik.yaml"].Data,
		"\ncooperations:\n  - {id: jour, title: Jouren, authority: barn-och-utbildning, host: ekkoping/social, forms: [skolskjuts]}\n"...)
	return servertest.New(t, servertest.Options{Municipalities: towns})
}

// administrator keeps a board's people.
func administrator(name string, ref flow.BoardRef) identity.Actor {
	return identity.Actor{Lang: "sv", Staff: &identity.Staff{Subject: "login|" + name, Name: name + " Testsson", Tenant: ref.Tenant, LoginAt: servertest.Start,
		Grants: []identity.Grant{{Authority: identity.AuthorityID(string(ref.Tenant) + "/" + ref.Board), Roles: []identity.Role{identity.PeopleAdmin}}}}}
}

// desk is an administrator with a browser that runs no script.
type desk struct {
	*httptestkit.Browser
	t *testing.T
}

func newDesk(t *testing.T, w *servertest.World, a identity.Actor) desk {
	d := desk{httptestkit.New(t, w.App), t}
	d.Header.Set("Accept-Language", "sv")
	d.LogIn(w.Kit, a)
	return d
}

// send posts a form with a file last, and goes where that leads.
func (d desk) send(path string, values url.Values, field, name string, file []byte) {
	d.t.Helper()
	var buf bytes.Buffer
	form := multipart.NewWriter(&buf)
	write := func(name, value string) {
		if err := form.WriteField(name, value); err != nil {
			d.t.Fatal(err)
		}
	}
	write(httpkit.TokenField, d.Token())
	for name, all := range values {
		for _, v := range all {
			write(name, v)
		}
	}
	if file != nil {
		part, err := form.CreateFormFile(field, name)
		if err == nil {
			_, err = part.Write(file)
		}
		if err != nil {
			d.t.Fatal(err)
		}
	}
	if err := form.Close(); err != nil {
		d.t.Fatal(err)
	}
	req := httptest.NewRequest(http.MethodPost, path, &buf)
	req.Header.Set("Content-Type", form.FormDataContentType())
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	d.Do(req)
	d.follow()
}

// follow goes where the last answer pointed.
func (d desk) follow() {
	d.t.Helper()
	if d.Page.Status == http.StatusSeeOther {
		d.Follow()
	}
}

func (d desk) sees(status int, name string, texts ...string) {
	d.t.Helper()
	d.Want(status)
	httptestkit.CheckResponse(d.t, name, d.Page)
	if dir := os.Getenv("SAMTJANST_TEST_PAGES"); dir != "" {
		if err := os.WriteFile(filepath.Join(dir, "people-"+name+".html"), d.Page.Body, 0o644); err != nil {
			d.t.Fatal(err)
		}
	}
	seen := strings.Join(strings.Fields(d.Text()), " ")
	for _, text := range texts {
		if !strings.Contains(seen, text) {
			d.t.Errorf("%s does not say %q:\n%s", name, text, seen)
		}
	}
}

const sannasNumber = "19840312-2388"

// Somebody is added on paper by one administrator and confirmed by another, goes away for a day, and leaves; each page works without script,
// and the number is whole on the page where it is typed alone.
func TestPeopleByTwo(t *testing.T) {
	w := peopleWorld(t)
	one, two := newDesk(t, w, administrator("En", social)), newDesk(t, w, administrator("Två", social))
	const at = "/admin/personer/ekkoping/social"
	one.Get("/admin/personer")
	one.sees(200, "boards", "Socialnämnden, Ekköpings kommun")
	one.Get(at)
	one.sees(200, "empty", "Socialnämnden, Ekköpings kommun", "Här finns ingen.")
	one.Get(at + "/ny")
	one.sees(200, "new", "Lägg till en person")
	sanna := url.Values{"rev": {"0"}, "op": {"andra"}, "namn": {"Sanna Provberg"}, "nummer": {sannasNumber}, "telefon": {"070-174 06 05"}, "epost": {"sanna@example.se"},
		"roll.0": {"chair"}, "titel.0": {"Ordförande"}, "fran.0": {"2026-01-01"}, "till.0": {"2026-11-23"}, "not": {"Se protokollet."}}
	one.send(at+"/ny", sanna, "", "", nil)
	one.sees(422, "no-paper", "Bifoga nämndens undertecknade beslut som PDF")
	one.send(at+"/ny", sanna, "papper", "protokoll.pdf", []byte("Jag är ingen PDF."))
	one.sees(422, "not-a-pdf", "Filen protokoll.pdf är av ett slag")
	one.send(at+"/ny", sanna, "papper", "protokoll.pdf", []byte(handPDF))
	one.sees(200, "proposed", "Förslaget väntar", "Ordförande: 1 januari 2026 till och med 23 november 2026", "protokoll.pdf", "Du har föreslagit det här")
	change := changeOf(t, w, social)
	mine := at + "/andringar/" + change.ID
	one.Post(mine+"/bekrafta", url.Values{httpkit.TokenField: {one.Token()}})
	one.Want(http.StatusForbidden)

	two.Get(at + "/andringar")
	two.sees(200, "changes", "Ny: Sanna Provberg", "Väntar")
	two.Get(mine + "/papper")
	two.Want(200)
	if string(two.Page.Body) != handPDF {
		t.Error("the paper is not what was uploaded")
	}
	two.Get(mine)
	two.sees(200, "confirming", "Se protokollet.", "Kontrollera mot nämndens papper")
	if strings.Contains(string(two.Page.Body), "2388") {
		t.Error("the number is whole where nobody edits it")
	}
	two.Submit("Bekräfta", nil)
	two.follow()
	two.sees(200, "confirmed", "Ändringen är bekräftad och gäller.")

	two.Get(at)
	two.sees(200, "list", "Sanna Provberg", "Slutar 23 november 2026", "+46701740605")
	id := change.Edits[0].Person.ID
	person := at + "/person/" + string(id)
	two.Get(person)
	two.sees(200, "person", "Ordförande", "Av En Testsson, bekräftat av Två Testsson", "Inlagd av en administratör")
	if strings.Contains(string(two.Page.Body), "2388") {
		t.Error("the number is whole on the person's page")
	}
	two.Submit("Spara frånvaron", url.Values{"fran-dag": {"2026-11-24"}, "till-dag": {"2026-11-23"}})
	two.sees(422, "absence-wrong", "är före början")
	two.Submit("Spara frånvaron", url.Values{"fran-dag": {"2026-11-23"}, "fran-tid": {"10.00"}, "till-dag": {"2026-11-23"}})
	two.follow()
	two.sees(200, "absent", "måndag 23 nov. 2026 kl. 10.00 – tisdag 24 nov. 2026 kl. 00.00")
	two.Get(person + "/andra")
	two.sees(200, "edit", "Ändra Sanna Provberg", "Personen slutar")
	if !strings.Contains(string(two.Page.Body), sannasNumber) {
		t.Error("the number cannot be edited")
	}

	two.Get(at)
	two.Submit("Sök", url.Values{"sok": {"sanna"}})
	if to := two.Page.Header.Get("Location"); strings.Contains(to, "sanna") {
		t.Errorf("what is searched for stands in the address: %s", to)
	}
	two.follow()
	two.sees(200, "searched", "Sökning: sanna", "Sanna Provberg")

	// The role ends tonight: at midnight it is gone, and nobody has done anything.
	w.Clock.Advance(15 * time.Hour)
	two = newDesk(t, w, administrator("Två", social))
	two.Get(at)
	two.sees(200, "tonight", "Här finns ingen.")
	two.Get(at + "?vy=slutat")
	two.sees(200, "gone", "Sanna Provberg", "Har slutat")
	snap, err := w.Flow.People.Now(w.Ctx, "ekkoping")
	if err != nil || len(snap.Grants(snap.Person(id), w.Clock.Now())) != 0 {
		t.Errorf("a role that has ended holds: %v", err)
	}
}

// changeOf is the newest change of a board.
func changeOf(t *testing.T, w *servertest.World, ref flow.BoardRef) people.Change {
	t.Helper()
	all, err := w.Flow.People.Changes(w.Ctx, ref.Tenant)
	if err != nil || len(all) == 0 {
		t.Fatalf("%v %v", all, err)
	}
	return all[0]
}

func paper() *flow.PaperFile {
	return &flow.PaperFile{Name: "protokoll.pdf", Body: strings.NewReader(handPDF)}
}

// enter puts somebody into a board's register.
func enter(t *testing.T, w *servertest.World, ref flow.BoardRef, p people.Person, roles ...identity.Role) people.Person {
	t.Helper()
	p.Tenant = ref.Tenant
	for _, r := range roles {
		p.Roles = append(p.Roles, people.Role{Authority: ref.Board, Role: r})
	}
	p, err := w.Flow.People.Put(w.Ctx, p, people.Entry{By: "setup"})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// Two administrators on the same person: who comes second is told, at once or when it is confirmed, and nothing is lost. One person stays one, whatever
// is typed; who also has another board keeps what that board has given, and his or her name.
func TestTwoOnTheSamePerson(t *testing.T) {
	w := peopleWorld(t)
	one, two := administrator("En", social), administrator("Två", social)
	bo := enter(t, w, social, people.Person{Name: "Bo Testsson", Email: "bo@example.se"}, identity.Officer)
	shared := enter(t, w, social, people.Person{Name: "Delad Testsson", Number: idno.Must("197202032392"), Roles: []people.Role{{Authority: "teknik", Role: identity.Decider}}}, identity.Officer)
	phone := func(a identity.Actor, rev int64, number string) (string, error) {
		id, problems, err := w.Flow.ProposePerson(w.Ctx, a, social, bo.ID, flow.PersonEdit{Op: flow.ChangePerson, Rev: rev, Typed: people.Typed{Name: "Bo Testsson", Email: "bo@example.se",
			Phone: number, Roles: []people.TypedRole{{Role: "officer"}}}}, nil)
		if problems != nil {
			t.Fatal(problems)
		}
		return id, err
	}
	first, err := phone(one, bo.Rev, "070-1740605")
	if err != nil {
		t.Fatal(err)
	}
	second, err := phone(two, bo.Rev, "070-1740606")
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Flow.ConfirmChange(w.Ctx, two, social, first); err != nil {
		t.Fatal(err)
	}
	d := newDesk(t, w, one)
	at := "/admin/personer/ekkoping/social"
	d.Get(at + "/andringar/" + second)
	d.sees(200, "stale", "Något har ändrats sedan förslaget skrevs")
	d.Post(at+"/andringar/"+second+"/bekrafta", url.Values{httpkit.TokenField: {d.Token()}})
	d.sees(409, "stale-confirm", "Något har ändrats sedan förslaget skrevs")
	d.Submit("Avslå", nil)
	d.sees(422, "no-ground", "Fyll i ”Varför avslår du?”")
	d.Submit("Avslå", url.Values{"skal": {"Numret är redan ändrat."}})
	d.follow()
	d.sees(200, "refused", "Avslagen")
	d.Get(at + "/person/" + string(bo.ID) + "/andra")
	d.send(at+"/person/"+string(bo.ID)+"/andra", url.Values{"rev": {fmt.Sprint(bo.Rev)}, "op": {"andra"}, "namn": {"Bo Ändratsson"}, "roll.0": {"officer"}}, "", "", nil)
	d.sees(409, "conflict", "Någon annan har ändrat personen")
	if !strings.Contains(string(d.Page.Body), "Bo Ändratsson") {
		t.Error("what was typed is gone")
	}

	for name, c := range map[string]struct {
		typed people.Typed
		want  string
	}{
		"somebody else's number":                  {people.Typed{Name: "Ida Testsson", Number: "197202032392"}, people.OtherName},
		"the number of one, the address of a two": {people.Typed{Name: "Delad Testsson", Number: "197202032392", Email: "bo@example.se"}, people.TwoPeople},
		"who is here already":                     {people.Typed{Name: "Delad Testsson", Number: "197202032392"}, "not-unique"},
	} {
		c.typed.Roles = []people.TypedRole{{Role: "officer"}}
		_, problems, err := w.Flow.ProposePerson(w.Ctx, one, social, "", flow.PersonEdit{Op: flow.ChangePerson, Typed: c.typed}, paper())
		if err != nil || len(problems) != 1 || problems[0].Code != c.want {
			t.Errorf("%s: %v %v", name, problems, err)
		}
	}
	_, problems, err := w.Flow.ProposePerson(w.Ctx, one, social, shared.ID, flow.PersonEdit{Op: flow.ChangePerson, Rev: shared.Rev, Typed: people.Typed{Name: "Ny Testsson", Roles: []people.TypedRole{{Role: "officer"}}}}, nil)
	if err != nil || len(problems) != 1 || problems[0].Code != flow.NothingChanged {
		t.Errorf("a name that another board keeps too: %v %v", problems, err)
	}
	leaves, problems, err := w.Flow.ProposePerson(w.Ctx, one, social, shared.ID, flow.PersonEdit{Op: flow.ClosePerson, Rev: shared.Rev}, paper())
	if err != nil || problems != nil {
		t.Fatal(problems, err)
	}
	if err := w.Flow.ConfirmChange(w.Ctx, two, social, leaves); err != nil {
		t.Fatal(err)
	}
	snap, err := w.Flow.People.Now(w.Ctx, "ekkoping")
	if err != nil {
		t.Fatal(err)
	}
	if g := snap.Grants(snap.Person(shared.ID), w.Clock.Now()); len(g) != 1 || g[0].Authority != "ekkoping/teknik" {
		t.Errorf("who leaves one board of two holds %v", g)
	}
}
