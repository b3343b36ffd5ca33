package server_test

import (
	"bytes"
	"errors"
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
	"samtjanst/platform/clock"
	"samtjanst/platform/directory/people"
	"samtjanst/platform/fault"
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

// A neighbour's people do not exist for an administrator, on any page; officers do not come in; a host's administrators read and confirm what waits
// at a board that they work for, and nothing else.
func TestWallsAroundPeople(t *testing.T) {
	w := peopleWorld(t)
	host, own := administrator("Värd", social), administrator("Egen", teachers)
	tove := enter(t, w, teachers, people.Person{Name: "Tove Provberg", Number: idno.Must("198403122388"), Phone: "+46701740605"}, identity.Chair)
	id, problems, err := w.Flow.ProposePerson(w.Ctx, own, teachers, tove.ID, flow.PersonEdit{Op: flow.ChangePerson, Rev: tove.Rev, Typed: people.Typed{Name: "Tove Provberg", Number: sannasNumber,
		Phone: "070-1740606", Roles: []people.TypedRole{{Role: "chair"}}}}, nil)
	if err != nil || problems != nil {
		t.Fatal(err, problems)
	}
	other := administrator("Annan", flow.BoardRef{Tenant: "tallvik", Board: "teknik"})
	address := func(r httpkit.Route) string {
		return strings.NewReplacer(":tenant", "tallvik", ":board", teachers.Board, ":person", string(tove.ID), ":change", id, ":shift", "0", ":line", "0").Replace(r.Path)
	}
	seen := 0
	for _, r := range w.Kit.Routes() {
		if !strings.HasPrefix(r.Path, "/admin/personer/:tenant") {
			continue
		}
		officer := own
		staff := *own.Staff
		staff.Grants = []identity.Grant{{Authority: "tallvik/barn-och-utbildning", Roles: []identity.Role{identity.Officer, identity.Manager}}}
		officer.Staff = &staff
		for name, c := range map[string]struct {
			who  identity.Actor
			want int
		}{"another board of the municipality": {other, 404}, "the host": {host, 404}, "an officer of the board": {officer, 403}} {
			if name == "the host" && strings.Contains(r.Path, "/andringar") {
				continue
			}
			w.Clock.Advance(time.Second)
			d := newDesk(t, w, c.who)
			if r.Method == http.MethodGet {
				d.Get(address(r))
			} else {
				d.Get("/admin")
				d.Post(address(r), url.Values{httpkit.TokenField: {httpkit.TokenFor(d.Cookies[httpkit.StaffSession.Cookie()])}, "rev": {"0"}, "n": {"0"}, "sok": {"Tove"}, "dag": {"2026-12-01"}})
			}
			seen++
			search := strings.HasSuffix(r.Path, "/sok") && d.Page.Status == http.StatusSeeOther && c.want == 404 // leads to the list, which there is not
			if file := strings.HasSuffix(r.Path, "/fil") && d.Page.Status == http.StatusNotFound; d.Page.Status != c.want && !search && !file {
				t.Errorf("%s %s as %s: %d", r.Method, r.Path, name, d.Page.Status)
			}
			if strings.Contains(d.Text(), "Tove") {
				t.Errorf("%s %s as %s names her", r.Method, r.Path, name)
			}
		}
	}
	if seen < 80 {
		t.Errorf("only %d visits", seen)
	}
	d := newDesk(t, w, host)
	d.Get("/admin/personer")
	d.sees(200, "host", "Nämnder som ni arbetar åt", "Utbildningsnämnden, Tallviks kommun", "1 väntar")
	d.Get("/admin/personer/tallvik/" + teachers.Board + "/andringar/" + id)
	d.sees(200, "host-change", "+46701740606")
	d.Submit("Bekräfta", nil)
	d.follow()
	d.sees(200, "host-confirmed", "Inget väntar.")
	if p, _, err := w.Flow.People.Person(w.Ctx, "tallvik", tove.ID); err != nil || p.Phone != "+46701740606" {
		t.Errorf("%v %v", p, err)
	}
	if _, err := w.Flow.PeopleChange(w.Ctx, host, flow.BoardRef{Tenant: "tallvik", Board: "teknik"}, id); !errors.Is(err, fault.NotFound) {
		t.Errorf("under another board's address: %v", err)
	}
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

// A file of which half is wrong is shown before anything waits, to its maker alone; what is right becomes one change.
func TestPeopleOfAFile(t *testing.T) {
	w := peopleWorld(t)
	one, two := newDesk(t, w, administrator("En", social)), newDesk(t, w, administrator("Två", social))
	const at = "/admin/personer/ekkoping/social"
	one.Get(at + "/fil/mall")
	one.Want(200)
	template := string(one.Page.Body)
	one.Get(at + "/fil")
	one.sees(200, "file", "Läs in en fil", "beslutstyper")
	one.send(at+"/fil", nil, "fil", "personer.csv", []byte(template+"Ida Testsson;;;;kung\r\n"))
	one.sees(422, "file-nothing", "Ingen rad i filen kan tas med", "Välj ett av alternativen för ”roll”")
	one.send(at+"/fil", nil, "fil", "personer.csv", []byte(template+
		"Sanna Provberg;"+sannasNumber+";;;ordförande;Ordförande;2026-01-01;2026-12-31\r\nIda Testsson;;;;handläggare\r\nOla Testsson;198403122389;;;handläggare\r\nUlla Testsson;;12;;handläggare\r\n"))
	one.sees(200, "file-preview", "Rader: 4. Personer som ändras: 2. Rader som inte ändrar något: 0. Rader som inte togs med: 2.", "Sanna Provberg Ny", "Personnumret i ”personnummer” stämmer inte", "Ulla Testsson")
	prepared := changeOf(t, w, social)
	mine := at + "/andringar/" + prepared.ID
	two.Get(mine)
	two.Want(http.StatusNotFound)
	two.Get(at + "/andringar")
	two.sees(200, "file-others", "Inget väntar.")
	one.send(mine+"/foresla", url.Values{"not": {"Nya ledamöter"}}, "papper", "protokoll.pdf", []byte(handPDF))
	one.sees(200, "file-proposed", "Förslaget väntar")
	two.Get(mine)
	two.sees(200, "file-confirming", "Ida Testsson", "Nya ledamöter")
	two.Submit("Bekräfta", nil)
	two.follow()
	two.Get(at)
	two.sees(200, "file-done", "Sanna Provberg", "Ida Testsson")
	one.Get(at + "/fil")
	one.send(at+"/fil", nil, "fil", "personer.csv", []byte(template+"Ida Testsson;;;;handläggare\r\n"))
	one.sees(422, "file-again", "Det här ändrar ingenting.")
}

// A schedule that repeats each week through the change of clocks, its holes, a swap, the deputies; holes and waiting changes are told of in words that
// say nothing, and once.
func TestOnCallSchedule(t *testing.T) {
	w := peopleWorld(t)
	a := administrator("En", social)
	sanna := enter(t, w, social, people.Person{Name: "Sanna Provberg", Email: "sanna@example.se", Number: idno.Must("198403122388")}, identity.Chair)
	ola := enter(t, w, social, people.Person{Name: "Ola Testsson", Email: "ola@example.se", Number: idno.Must("197202032392")}, identity.Chair, identity.PeopleAdmin)
	const at = "/admin/personer/ekkoping/social/jour"
	d := newDesk(t, w, a)
	d.Get(at)
	d.sees(200, "schedule", "Vecka 48, 23 november 2026 – 29 november 2026", "Inga pass.")
	d.Submit("Lägg till", url.Values{"fran-dag": {"i går"}})
	d.sees(422, "shift-wrong", "Skriv dag och klockslag")
	d.Submit("Lägg till", url.Values{"vem": {string(sanna.ID)}, "fran-dag": {"2026-11-23"}, "fran-tid": {"00.00"}, "till-dag": {"2026-11-27"}, "till-tid": {"16:00"}, "veckor": {"20"}})
	d.follow()
	d.sees(200, "shift-added", "Passet är tillagt.", "Sanna Provbergmåndag 23 nov. 2026 kl. 00.00 – fredag 27 nov. 2026 kl. 16.00", "Lucka: fredag 27 nov. 2026 kl. 16.00 – måndag 30 nov. 2026 kl. 00.00", "2 luckor inom 14 dagar")
	b, _, err := w.Flow.People.Board(w.Ctx, "ekkoping", "social")
	if err != nil || len(b.Shifts) != 21 {
		t.Fatalf("%d %v", len(b.Shifts), err)
	}
	if last := b.Shifts[20]; last.To.In(clock.Stockholm).Format("2006-01-02 15:04") != "2027-04-16 16:00" { // summer time
		t.Errorf("%v", last.To)
	}
	d.Submit("Lägg till", url.Values{"vem": {string(sanna.ID)}, "fran-dag": {"2026-11-24"}, "fran-tid": {"08:00"}, "till-dag": {"2026-11-24"}, "till-tid": {"16:00"}})
	d.sees(422, "shift-twice", "Personen har redan ett pass då")

	told := func() (n int) {
		if err := w.Flow.WarnPeople(w.Ctx); err != nil {
			t.Fatal(err)
		}
		for _, m := range w.Sim.Mail.Messages("ola@example.se") {
			if text := fmt.Sprint(m); strings.Contains(text, "Provberg") || strings.Contains(text, "2026-11-27") {
				t.Errorf("the mail says too much: %s", text)
			}
			n++
		}
		return n
	}
	if n := told(); n != 1 {
		t.Errorf("%d mails of the holes", n)
	}
	if n := told(); n != 1 {
		t.Errorf("%d mails after another look", n)
	}
	w.Clock.Advance(24 * time.Hour) // three days before the first
	if n := told(); n != 2 {
		t.Errorf("%d mails three days before", n)
	}
	if n := len(w.Sim.Mail.Messages("sanna@example.se")); n != 0 {
		t.Errorf("who keeps nobody is told %d times", n)
	}

	d = newDesk(t, w, a)
	d.Get(at + "/pass/1?rev=1")
	d.sees(200, "swap", "Byt eller ta bort pass", "Ola Testsson tar passet")
	d.Submit("Spara", url.Values{"till": {"p:" + string(ola.ID)}})
	d.follow()
	d.sees(200, "swapped", "Schemat är ändrat.", "Ola Testssonmåndag 30 nov. 2026 kl. 00.00")
	d.Get(at + "/pass/1?rev=1") // as another tab has it
	d.Want(http.StatusSeeOther)
	d.Get(at)
	d.Submit("Spara ordningen", url.Values{"plats." + string(sanna.ID): {"1"}, "plats." + string(ola.ID): {"1"}})
	d.sees(422, "deputies-wrong", "Två har plats 1")
	d.Submit("Spara ordningen", url.Values{"plats." + string(sanna.ID): {"2"}, "plats." + string(ola.ID): {"1"}})
	d.follow()
	if b, _, err = w.Flow.People.Board(w.Ctx, "ekkoping", "social"); err != nil || b.Shifts[1].Person != ola.ID || len(b.Deputies) != 2 || b.Deputies[0] != ola.ID {
		t.Errorf("%+v %v", b.Deputies, err)
	}
	if _, err := w.Flow.AddShift(w.Ctx, a, social, 1, flow.ShiftEdit{}); !errors.Is(err, fault.Conflict) {
		t.Errorf("over what somebody else has laid down: %v", err)
	}

	d.Get("/admin/personer/ekkoping/social/sammantraden")
	d.Submit("Lägg till", url.Values{"dag": {"2026-12-16"}, "stopp-dag": {"2026-12-09"}, "stopp-tid": {"12.00"}})
	d.follow()
	d.sees(200, "meetings", "16 december 2026", "Beslut till och med 9 december 2026 kl. 12.00")
	d.Submit("Ta bort", nil)
	d.follow()
	d.sees(200, "meetings-none", "Inga kommande sammanträden.")

	d.Get("/admin/personer/ekkoping/social/delegering")
	d.sees(200, "delegations", "Inga rader.")
	d.send("/admin/personer/ekkoping/social/delegering", url.Values{"typer": {"sol-12-1"}, "befattning": {"Enhetschef"}, "beslut": {"2026-11-18"}, "paragraf": {"§ 9"}}, "papper", "p.pdf", []byte(handPDF))
	d.sees(200, "delegation-proposed", "Läggs till: sol-12-1: Enhetschef, beslut 18 november 2026.")
	if n := told(); n != 3 { // Ola may confirm it
		t.Errorf("%d mails after a change has been proposed", n)
	}
	second := newDesk(t, w, administrator("Två", social))
	second.Get("/admin/personer/ekkoping/social/andringar/" + changeOf(t, w, social).ID)
	second.Submit("Bekräfta", nil)
	second.follow()
	d.Get("/admin/personer/ekkoping/social/delegering")
	d.sees(200, "delegated", "sol-12-1", "Enhetschef", "§ 9")
	rev := int64(0)
	if b, _, err = w.Flow.People.Board(w.Ctx, "ekkoping", "social"); err == nil {
		rev = b.Rev
	}
	d.Get(fmt.Sprintf("/admin/personer/ekkoping/social/delegering/0?rev=%d", rev))
	d.sees(200, "delegation-end", "Avsluta en rad i delegationsordningen")
}
