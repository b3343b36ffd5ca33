package server_test

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"samtjanst/integrations/sim/companies"
	"samtjanst/platform/casework"
	"samtjanst/platform/directory/people"
	"samtjanst/platform/fault"
	"samtjanst/platform/flow"
	"samtjanst/platform/httpkit/httptestkit"
	"samtjanst/platform/identity"
	"samtjanst/platform/server/servertest"
)

// towns are three municipalities: Ekköping's board works for Tallvik's, and Skogby works for nobody.
func towns() fstest.MapFS {
	one := func(id, name, code, cooperations string) *fstest.MapFile {
		return &fstest.MapFile{Data: []byte("id: " + id + "\nname: " + name + "s kommun\nshort: " + name + "\ncode: \"" + code + "\"\ntheme: ekkoping\n" +
			"contact: {phone: 031-390 06 01, email: kontakt@example.se}\naccessibility: {statement: Text, report: kontakt@example.se}\nprivacy: Text\n" +
			"authorities:\n  - {slug: social, name: Socialnämnden, court: Förvaltningsrätten}\n  - {slug: skola, name: Skolnämnden, court: Förvaltningsrätten}\n" + cooperations)}
	}
	return fstest.MapFS{
		"municipalities/ekkoping.yaml": one("ekkoping", "Ekköping", "9901", "cooperations:\n  - {id: egen, title: Jouren, authority: social, host: ekkoping/social, forms: [akutplacering]}\n"),
		"municipalities/tallvik.yaml":  one("tallvik", "Tallvik", "9902", "cooperations:\n  - {id: jour, title: Jouren, authority: social, host: ekkoping/social, forms: [akutplacering]}\n"),
		"municipalities/skogby.yaml":   one("skogby", "Skogby", "9903", ""),
	}
}

// member is somebody of staff with a role in a board.
func member(name, board string, role identity.Role) identity.Actor {
	tenant, _, _ := strings.Cut(board, "/")
	return identity.Actor{Lang: "sv", Staff: &identity.Staff{Subject: "login|" + name, Name: name + " Testsson", Tenant: identity.TenantID(tenant), LoginAt: servertest.Start,
		Grants: []identity.Grant{{Authority: identity.AuthorityID(board), Roles: []identity.Role{role}}}}}
}

// Two officers of a duty service prepare a case together for another municipality's board: what each types is kept, one hands over to the other,
// and the case is the deciding board's own. For everybody else neither the draft nor, but for the two boards, the case exists.
func TestOfficersPrepareTogether(t *testing.T) {
	t.Parallel()
	w := servertest.New(t, servertest.Options{Forms: "testdata/forms", Municipalities: towns()})
	ada, bo := member("Ada", "ekkoping/social", identity.Officer), member("Bo", "ekkoping/social", identity.Officer)
	day := member("Dag", "tallvik/social", identity.Officer)
	for _, a := range []identity.Actor{ada, bo, day} {
		if err := w.Flow.StaffLoggedIn(w.Ctx, *a.Staff); err != nil {
			t.Fatal(err)
		}
	}
	outsiders := map[string]identity.Actor{"the same municipality's other board": member("Ulf", "ekkoping/skola", identity.Officer), "the deciding board": day,
		"the deciding municipality's other board": member("Vera", "tallvik/skola", identity.Decider), "another municipality": member("Ylva", "skogby/social", identity.Officer),
		"a chair": member("Cleo", "tallvik/social", identity.Chair), "a chair of the host": member("Curt", "ekkoping/social", identity.Chair),
		"a manager": member("Max", "ekkoping/social", identity.Manager), "a citizen": anna, "a guest": {Guest: &identity.Guest{Key: "x"}}}
	onCall(t, w)
	one, two := newDesk(t, w, ada), newDesk(t, w, bo)

	one.Get("/admin/nytt")
	one.sees(200, "prepare-desk", "Akut placering", "2 nämnder", "Inget är påbörjat.")
	one.Get("/admin/nytt/akutplacering")
	one.sees(200, "prepare-boards", "Socialnämnden, Ekköpings kommun", "Socialnämnden, Tallviks kommun", "Jour just nu: Provia Provberg, Ordförande, 070-174 06 05.")
	one.Submit("Börja", url.Values{})
	one.sees(422, "prepare-no-board", "Välj den nämnd som ska besluta.")
	one.Submit("Börja", url.Values{"namnd": {"skogby/social"}})
	one.Want(http.StatusNotFound)
	one.Get("/admin/nytt/torgplats") // citizens begin it
	one.Want(http.StatusNotFound)
	one.Get("/admin/nytt/akutplacering")
	one.Submit("Börja", url.Values{"namnd": {"tallvik/social"}})
	one.follow()
	one.follow()
	one.sees(200, "prepare-page", "Akut placering, Socialnämnden, Tallviks kommun", "Barnets namn")
	address := "/admin/nytt/utkast/" + draftOf(t, one.Browser)
	draft := strings.TrimPrefix(address, "/admin/nytt/utkast/")

	// Conditions hold, and what is wrong is kept.
	one.Submit("Fortsätt", url.Values{"a/barnet/namn": {"Kim Provberg"}, "a/barnet/skal": {"annat"}})
	one.sees(422, "prepare-more", "Fyll i ”Vad har hänt?”.")

	// A colleague sees it, is told that somebody has it open, and saves; whoever is late loses nothing.
	two.Get("/admin/nytt")
	two.sees(200, "prepare-begun", "Akut placering – Kim Provberg", "Ada Testsson började.", "Ada Testsson ändrade senast, ", "Ada Testsson har det öppet")
	two.Get(address + "/barnet")
	two.sees(200, "prepare-busy", "Ada Testsson har det öppet", "Vad har hänt?")
	two.Submit("Fortsätt", url.Values{"a/barnet/vad": {"Bos ord."}})
	two.Want(http.StatusSeeOther)
	one.Submit("Fortsätt", url.Values{"a/barnet/vad": {"Adas ord."}})
	one.sees(409, "prepare-conflict", "Bo Testsson sparade något annat på sidan klockan 10.00", "Adas ord.")
	one.Submit("Spara det jag skrev här", nil)
	one.Want(http.StatusSeeOther)
	if v, err := w.Flow.Page(w.Ctx, bo, draft, "barnet", false); err != nil || !strings.Contains(v.View.Answers["barnet"].(map[string]any)["vad"].(string), "Adas ord.") {
		t.Errorf("what Ada chose to save is not there: %v %v", v, err)
	}
	w.Clock.Advance(6 * time.Minute)
	two.Get(address + "/platsen")
	two.sees(200, "prepare-place", "Organisationsnummer")
	if strings.Contains(two.Text(), "har det öppet") {
		t.Error("somebody who saved long ago is said to have it open")
	}

	// Registers and files, as citizens have them.
	two.Submit("Hämta uppgifter", url.Values{"a/plats/nummer": {companies.Provbageriet.Number().Dashed()}})
	two.follow()
	two.sees(200, "prepare-lookup", "Provbageriet i Ekköping AB")
	if p, err := w.Flow.Upload(w.Ctx, bo, draft, "/handlingar", "anteckning.pdf", strings.NewReader(samplePDF)); err != nil || p != nil {
		t.Fatal(p, err)
	}
	v, err := w.Flow.Page(w.Ctx, ada, draft, "platsen", false)
	if err != nil || len(v.Files) != 1 {
		t.Fatal(v, err)
	}
	file := ""
	for file = range v.Files {
		one.Get(address + "/fil/" + file)
		one.Want(200)
		if string(one.Page.Body) != samplePDF {
			t.Error("the file is not what was uploaded")
		}
	}

	// The shift ends.
	one.Get(address + "/lamna-over")
	one.sees(200, "prepare-over", "Ada Testsson har det nu.", "Bo Testsson")
	if strings.Contains(one.Text(), "Dag Testsson") {
		t.Error("an officer of another board can take over")
	}
	one.Submit("Lämna över", url.Values{})
	one.sees(422, "prepare-over-nobody", "Välj den kollega som tar över.")
	one.Submit("Lämna över", url.Values{"kollega": {"login|Bo"}})
	one.follow()
	one.sees(200, "prepare-handed", "Det är överlämnat.", "Överlämnat till Bo Testsson")
	two.Get("/admin/nytt")
	two.sees(200, "prepare-mine", "Överlämnat till dig av Ada Testsson")
	if err := w.Flow.HandOver(w.Ctx, ada, draft, day.Staff.Subject); !errors.Is(err, fault.Invalid) {
		t.Errorf("handed over to another board: %v", err)
	}

	// Walls: for nobody else it exists.
	for name, a := range outsiders {
		for what, err := range reach(w, a, draft, file) {
			if !errors.Is(err, fault.NotFound) && !(a.Staff == nil && errors.Is(err, fault.Unauthorised)) {
				t.Errorf("%s: %s: %v", name, what, err)
			}
		}
		if begun, err := w.Flow.Begun(w.Ctx, a); len(begun) > 0 || a.Staff != nil && err != nil {
			t.Errorf("%s sees what has been begun: %v %v", name, begun, err)
		}
	}
	other := newDesk(t, w, outsiders["the deciding board"])
	for _, path := range []string{"", "/barnet", "/kontrollera", "/kasta", "/lamna-over", "/fil/" + file} {
		other.Get(address + path)
		other.Want(http.StatusNotFound)
	}

	// Handed in twice, by two.
	two.Get(address + "/platsen")
	two.Submit("Fortsätt", nil)
	two.follow()
	two.sees(200, "prepare-check", "Kontrollera uppgifterna", "Socialnämnden, Tallviks kommun", "Jour just nu: Provia Provberg", "Adas ord.")
	one.Get(address + "/kontrollera")
	two.Submit("Skapa ärendet", nil)
	two.Want(http.StatusSeeOther)
	made := casework.ID(strings.TrimPrefix(two.Page.Header.Get("Location"), "/admin/arenden/"))
	one.Submit("Skapa ärendet", nil)
	if to := one.Page.Header.Get("Location"); to != "/admin/arenden/"+string(made) {
		t.Errorf("the second to hand in is led to %s", to)
	}
	one.Get(address)
	if to := one.Page.Header.Get("Location"); to != "/admin/arenden/"+string(made) {
		t.Errorf("the draft leads to %s", to)
	}
	w.Run()
	c := w.Head(made)
	if c.Authority != "tallvik/social" || c.Host != "ekkoping/social" || c.Tenant != "tallvik" || c.State != casework.AwaitingOfficer || c.Assignee != bo.Staff.Subject ||
		c.Number != "AKU 2026-0001" || len(c.Parties) != 1 || c.Parties[0].Role != casework.AuthorityRole || len(c.Order.Places) != 0 || len(c.Content.Attachments) != 1 {
		t.Errorf("the case is %+v", c)
	}
	two.follow()
	two.sees(200, "prepare-case", "Ärendet är skapat och du är handläggare.", "Underlag", "Provbageriet i Ekköping AB", "Underlaget, innan ärendet skapades")

	w.Clock.Advance(time.Minute)

	// The deciding board has a case that it prepared itself, which is no business of the host's.
	alone, err := w.Flow.BeginPrepared(w.Ctx, day, "akutplacering", "tallvik/social")
	if err != nil {
		t.Fatal(err)
	}
	w.Fill(day, alone, map[string]url.Values{"barnet": servertest.Posted("/barnet/namn=Robin Testsson", "/barnet/skal=vald")})
	own := w.Submit(day, alone)
	if c := w.Head(own); c.Host != "" || c.Authority != "tallvik/social" {
		t.Errorf("the board's own case has host %q, board %s", c.Host, c.Authority)
	}
	if _, err := w.Flow.StaffCase(w.Ctx, ada, own); !errors.Is(err, fault.NotFound) {
		t.Errorf("the host opens a case that is not its: %v", err)
	}

	for who, want := range map[*identity.Actor][]casework.ID{&ada: {made}, &bo: {made}, &day: {made, own}} {
		for _, q := range []flow.InboxQuery{{}, {Municipality: "tallvik"}} {
			if got := lies(t, w, *who, q); !slices.Equal(got, want) {
				t.Errorf("before %s lie %v", who.Staff.Name, got)
			}
		}
		for _, q := range []flow.InboxQuery{{Municipality: "ekkoping"}, {Municipality: "skogby"}} {
			if got := lies(t, w, *who, q); len(got) > 0 {
				t.Errorf("of %s there lie before %s %v", q.Municipality, who.Staff.Name, got)
			}
		}
	}
	if got := lies(t, w, ada, flow.InboxQuery{Search: "Robin"}); len(got) > 0 {
		t.Errorf("the host finds %v", got)
	}
	if got := lies(t, w, ada, flow.InboxQuery{Search: "Kim"}); !slices.Equal(got, []casework.ID{made}) {
		t.Errorf("the host finds %v", got)
	}
	one.Get("/admin/arenden?vy=alla&kommun=tallvik")
	one.sees(200, "prepare-inbox", "Kim Provberg", "Socialnämnden, Tallviks kommun", "Alla kommuner", "Bo Testsson")
	for name, a := range outsiders {
		if name == "the deciding board" || a.Staff == nil {
			continue
		}
		if name == "a manager" { // of the host, and reads what it works with
			continue
		}
		in, err := w.Flow.Inbox(w.Ctx, a, flow.InboxQuery{})
		if err == nil && (len(in.Rows) > 0 || in.Count > 0) {
			t.Errorf("%s: %v", name, in.Rows)
		}
		if _, err := w.Flow.StaffCase(w.Ctx, a, made); !errors.Is(err, fault.NotFound) {
			t.Errorf("%s opens the case: %v", name, err)
		}
		if id, _, err := w.Flow.Submit(w.Ctx, a, draft, -1); err == nil {
			t.Errorf("%s finds %s by the draft", name, id)
		}
	}
}

// onCall registers the chair of Tallvik's board and puts her on call.
func onCall(t *testing.T, w *servertest.World) {
	t.Helper()
	chair, err := w.Flow.People.Put(w.Ctx, people.Person{ID: people.NewID(), Tenant: "tallvik", Name: "Provia Provberg", Phone: "+46701740605",
		Roles: []people.Role{{Authority: "social", Role: identity.Chair, Title: "Ordförande"}}}, people.Entry{By: "test"})
	if err != nil {
		t.Fatal(err)
	}
	now := w.Clock.Now()
	_, err = w.Flow.People.PutBoard(w.Ctx, "tallvik", people.Board{Authority: "social",
		Shifts: []people.Shift{{Person: chair.ID, From: now.Add(-time.Hour), To: now.Add(12 * time.Hour)}}}, people.Entry{By: "test"})
	if err != nil {
		t.Fatal(err)
	}
}

// draftOf is the draft whose page the browser shows.
func draftOf(t *testing.T, b *httptestkit.Browser) string {
	t.Helper()
	for _, f := range httptestkit.Find(b.Doc(), "form") {
		if httptestkit.HasAttr(f, "data-form") {
			return strings.Split(strings.TrimPrefix(httptestkit.Attr(f, "action"), "/admin/nytt/utkast/"), "/")[0]
		}
	}
	t.Fatalf("no form of questions:\n%s", b.Page.Body)
	return ""
}

// reach tries everything that can be done with a draft, and gives what came of each.
func reach(w *servertest.World, a identity.Actor, draft, file string) map[string]error {
	out := map[string]error{}
	_, out["page"] = w.Flow.Page(w.Ctx, a, draft, "", false)
	_, out["save"] = w.Flow.Save(w.Ctx, a, draft, flow.Post{Page: "barnet", Rev: 1, Values: url.Values{}})
	_, out["upload"] = w.Flow.Upload(w.Ctx, a, draft, "/handlingar", "x.pdf", strings.NewReader(samplePDF))
	_, out["file"] = w.Flow.DraftFile(w.Ctx, a, draft, file)
	_, _, out["submit"] = w.Flow.Submit(w.Ctx, a, draft, 1)
	_, _, out["colleagues"] = w.Flow.HandOverTo(w.Ctx, a, draft)
	_, out["duty"] = w.Flow.Duty(w.Ctx, a, draft)
	out["hand over"] = w.Flow.HandOver(w.Ctx, a, draft, "login|Bo")
	out["discard"] = w.Flow.Discard(w.Ctx, a, draft)
	return out
}

// lies gives the cases in somebody's inbox, the oldest first.
func lies(t *testing.T, w *servertest.World, a identity.Actor, q flow.InboxQuery) []casework.ID {
	t.Helper()
	in, err := w.Flow.Inbox(w.Ctx, a, q)
	if err != nil {
		t.Fatal(err)
	}
	if in.Count != len(in.Rows) || in.Counts[casework.AwaitingOfficer] != len(in.Rows) {
		t.Errorf("counts %d and %v of %d", in.Count, in.Counts, len(in.Rows))
	}
	slices.SortFunc(in.Rows, func(x, y flow.Row) int { return x.Submitted.Compare(y.Submitted) })
	var out []casework.ID
	for _, r := range in.Rows {
		out = append(out, r.ID)
	}
	return out
}
