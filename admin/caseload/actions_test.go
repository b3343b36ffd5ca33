package caseload

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"samtjanst/admin"
	"samtjanst/forms"
	"samtjanst/platform/casework"
	"samtjanst/platform/fault"
	"samtjanst/platform/httpkit"
	"samtjanst/platform/httpkit/httptestkit"
	"samtjanst/platform/identity"
)

func visit(t *testing.T, h *house, who identity.Actor) *httptestkit.Browser {
	t.Helper()
	b := httptestkit.New(t, h.kit.App())
	b.LogIn(h.kit, who)
	b.Header.Set("Accept-Language", "sv")
	return b
}

// did fails unless exactly these actions reached the flow.
func (h *house) did(t *testing.T, want ...string) {
	t.Helper()
	if !slices.Equal(h.flow.did, want) {
		t.Errorf("did %q, want %q", h.flow.did, want)
	}
	h.flow.did = nil
}

// Every route with every kind of visitor; a case of another board does not exist.
func TestBattery(t *testing.T) {
	h := newHouse(t)
	httptestkit.Table{Kit: h.kit, Clock: h.clock, Login: map[httpkit.SessionKind]string{httpkit.StaffSession: admin.LoginURL},
		Visitors: []httptestkit.Visitor{{Name: "officer", Actor: mona}, {Name: "decider", Actor: birgitta}, {Name: "manager", Actor: manager},
			{Name: "another board", Actor: siv}, {Name: "another municipality", Actor: torsten}}}.Run(t)
}

func TestOtherBoardsCasesDoNotExist(t *testing.T) {
	h := newHouse(t)
	for _, who := range []identity.Actor{siv, torsten} {
		b := visit(t, h, who)
		for _, path := range []string{"", "/arende.pdf", "/bilaga/bilaga1", "/handling/bevis1", "/brev/p2/invitation", "/komplettering", "/vidare/p2", "/papper/p2", "/hinder/p2", "/ersatt/p2", "/beslut", "/utlamna", "/steg"} {
			b.Get(caseURL(expired) + path)
			b.Want(http.StatusNotFound)
			if strings.Contains(string(b.Page.Body), "Testsson") {
				t.Errorf("%s to %s names somebody", path, who.Staff.Name)
			}
		}
		b.Get(inboxURL)
		b.Want(http.StatusOK)
		token := b.Token()
		for path, form := range map[string]url.Values{"/handlaggare": {"op": {"mig"}}, "/paminn": {"part": {"p2"}}, "/uppgift": {"uppgift": {"4"}},
			"/brev": {"part": {"p2"}, "vad": {"invitation"}, "uppgift": {"3"}}, "/komplettering": {"part": {"p2"}, "text": {"x"}, "datum": {"2026-12-24"}},
			"/vidare/p2": {"grund": {"x"}}, "/hinder/p2": {"skal": {"x"}}, "/ersatt/p2": {"namn": {"x"}, "grund": {"x"}}, "/beslut/fatta": {"bekrafta": {"ja"}, "rev": {"7"}}} {
			form.Set(httpkit.TokenField, token)
			b.Post(caseURL(expired)+path, form)
			b.Want(http.StatusNotFound)
		}
	}
	h.did(t)
}

// The log may be read by a manager, who can change nothing.
func TestManagerOnlyReads(t *testing.T) {
	h := newHouse(t)
	b := visit(t, h, manager)
	b.Get(caseURL(expired))
	b.Want(http.StatusOK)
	for _, n := range httptestkit.Find(b.Doc(), "main") {
		if forms := httptestkit.Find(n, "form"); len(forms) > 0 {
			t.Errorf("%d forms on the page of somebody who only reads", len(forms))
		}
	}
	b.Get(inboxURL)
	if strings.Contains(b.Text(), "Tilldela mig") {
		t.Error("a manager is offered to be assigned")
	}
}

// Words that were searched for are shown, and stand in no address.
func TestSearchStaysOutOfAddresses(t *testing.T) {
	h := newHouse(t)
	b := visit(t, h, mona)
	b.Get(inboxURL)
	b.Post(inboxURL+"/sok", url.Values{httpkit.TokenField: {b.Token()}, "sok": {"  Elsa   Testsson "}})
	b.Want(http.StatusSeeOther)
	if to := b.Page.Header.Get("Location"); to != "/admin/arenden?sok=1" {
		t.Errorf("to %s", to)
	}
	b.Follow()
	b.Want(http.StatusOK)
	if got := h.flow.inboxes[len(h.flow.inboxes)-1].Search; got != "Elsa Testsson" {
		t.Errorf("searched for %q", got)
	}
	if !strings.Contains(b.Text(), "Sökning: Elsa Testsson") {
		t.Error("the search is not shown")
	}
	for _, n := range httptestkit.Find(b.Doc(), "a", "form") {
		if address := httptestkit.Attr(n, "href") + httptestkit.Attr(n, "action"); strings.Contains(strings.ToLower(address), "testsson") {
			t.Errorf("an address names somebody: %s", address)
		}
	}
	other := visit(t, h, birgitta)
	other.Get("/admin/arenden?sok=1")
	other.Want(http.StatusOK)
	if strings.Contains(other.Text(), "Sökning:") {
		t.Error("another session's search is shown")
	}
}

func TestBatch(t *testing.T) {
	h := newHouse(t)
	b := visit(t, h, mona)
	b.Get(inboxURL + "?vy=alla")
	b.Submit("/admin/arenden/tilldela", url.Values{"arende": {string(expired), string(waits), string(expired), "finns-inte"}})
	b.Want(http.StatusSeeOther)
	if to := b.Page.Header.Get("Location"); to != "/admin/arenden?vy=alla" {
		t.Errorf("back to %s", to)
	}
	h.did(t, string(expired)+` assign "login|mona"`, string(waits)+` assign "login|mona"`)
	b.Follow()
	if text := b.Text(); !strings.Contains(text, "2 ärenden är nu dina. 1 ärende gick inte att ändra") {
		t.Errorf("says %q", text)
	}
	b.Get(inboxURL)
	if strings.Contains(b.Text(), "är nu dina") {
		t.Error("said twice")
	}
	b.Post(inboxURL+"/paminn", url.Values{httpkit.TokenField: {b.Token()}, "arende": {string(expired)}, "tillbaka": {"//annan.example.com/"}})
	b.Want(http.StatusSeeOther)
	if to := b.Page.Header.Get("Location"); to != inboxURL {
		t.Errorf("back to %s", to)
	}
	h.did(t, string(expired)+" remind missing")
	b.Follow()
	b.Submit("/admin/arenden/tilldela", nil)
	b.Follow()
	if !strings.Contains(b.Text(), "Markera minst ett ärende.") {
		t.Error("nothing is said of nothing marked")
	}
	h.did(t)
}

func TestCaseButtons(t *testing.T) {
	h := newHouse(t)
	b := visit(t, h, mona)
	for _, c := range []struct {
		button string
		values url.Values
		want   string
	}{
		{"Ändra", url.Values{"handlaggare": {"login|oskar"}}, `assign "login|oskar"`},
		{"Ändra", url.Values{"handlaggare": {""}}, `assign ""`},
		{"Påminn", nil, "remind p2"},
		{"Brevet är skickat", nil, "letter p2 invitation 3"},
	} {
		b.Get(caseURL(expired))
		b.Submit(c.button, c.values)
		b.Want(http.StatusSeeOther)
		h.did(t, string(expired)+" "+c.want)
		b.Follow()
		b.Want(http.StatusOK)
	}
	h.flow.refuse = fault.New("fake", fault.Conflict, nil)
	b.Submit("Påminn", nil)
	b.Want(http.StatusConflict)
	httptestkit.CheckResponse(t, "conflict", b.Page)
}

// What was wrong comes back with everything that was typed.
func TestCompletion(t *testing.T) {
	h := newHouse(t)
	b := visit(t, h, mona)
	b.Get(caseURL(expired) + "/komplettering")
	b.Want(http.StatusOK)
	if text := string(b.Page.Body); !strings.Contains(text, "underskrift av Erik Testsson") || !strings.Contains(text, "7 december 2026") {
		t.Error("the text is not prefilled with what is missing and the day")
	}
	h.flow.wrong = []forms.Problem{{Pointer: "/due", Code: forms.TooEarly, Params: map[string]any{"min": "24 november 2026"}}}
	b.Submit("Skicka begäran", url.Values{"text": {"Skicka <intyget>."}, "datum": {"2026-11-23"}})
	b.Want(http.StatusUnprocessableEntity)
	httptestkit.CheckResponse(t, "completion", b.Page)
	if page := string(b.Page.Body); !strings.Contains(page, "Skicka &lt;intyget&gt;.") || !strings.Contains(page, `value="2026-11-23"`) || !strings.Contains(page, "Ange 24 november 2026 eller senare") {
		t.Errorf("typed text or problem is gone: %s", b.Text())
	}
	h.did(t)
	h.flow.wrong = nil
	b.Submit("Skicka begäran", url.Values{"datum": {"2026-12-24"}})
	b.Want(http.StatusSeeOther)
	h.did(t, string(expired)+` completion [p2] 2026-12-24 "Skicka <intyget>."`)
}

func TestGoOn(t *testing.T) {
	h := newHouse(t)
	b := visit(t, h, mona)
	b.Get(caseURL(expired) + "/vidare/p3")
	b.Want(http.StatusNotFound)
	b.Get(caseURL(expired) + "/vidare/p2")
	h.flow.wrong = []forms.Problem{{Pointer: "/ground", Code: forms.Required}}
	b.Submit("Gå vidare", nil)
	b.Want(http.StatusUnprocessableEntity)
	httptestkit.CheckResponse(t, "go on", b.Page)
	h.flow.wrong = nil
	b.Submit("Gå vidare", url.Values{"grund": {"Går inte att nå."}})
	b.Want(http.StatusSeeOther)
	h.did(t, string(expired)+` go on p2 "Går inte att nå."`)
}

// upload posts a form with a file as browsers do: the values first, in the form's order.
func upload(t *testing.T, b *httptestkit.Browser, path, field, file string, body []byte, values ...[2]string) {
	t.Helper()
	var buf bytes.Buffer
	w := multipart.NewWriter(&buf)
	for _, v := range append([][2]string{{httpkit.TokenField, b.Token()}}, values...) {
		if err := w.WriteField(v[0], v[1]); err != nil {
			t.Fatal(err)
		}
	}
	part, err := w.CreateFormFile(field, file)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := part.Write(body); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	req := httptest.NewRequest(http.MethodPost, path, &buf)
	req.Header.Set("Content-Type", w.FormDataContentType())
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	b.Do(req)
}

func TestPaper(t *testing.T) {
	h := newHouse(t)
	b := visit(t, h, mona)
	path := caseURL(expired) + "/papper/p2"
	b.Get(path)
	b.Want(http.StatusOK)
	b.Submit("Registrera", url.Values{"datum": {"2026-11-20"}}) // without a file
	b.Want(http.StatusUnprocessableEntity)
	httptestkit.CheckResponse(t, "paper", b.Page)
	if !strings.Contains(string(b.Page.Body), `value="2026-11-20"`) || !strings.Contains(b.Text(), "Bifoga minst en fil till ”Inskannad blankett”.") {
		t.Errorf("says %q", b.Text())
	}
	upload(t, b, path, scanField, "blankett.pdf", []byte("%PDF-1.7"), [2]string{"datum", "2026-11-20"})
	b.Want(http.StatusSeeOther)
	h.did(t, string(expired)+" paper p2 2026-11-20 blankett.pdf 8 bytes")
}

// A certificate is handed out with its file, on the revision that was read; what was typed is kept when something is wrong.
func TestHandOut(t *testing.T) {
	h := newHouse(t)
	b := visit(t, h, mona)
	path := caseURL(waits) + "/utlamna"
	b.Get(path)
	b.Want(http.StatusConflict) // the service decides, and hands nothing out
	h.flow.handsOut(waits)
	b.Get(caseURL(waits))
	b.Want(http.StatusOK)
	if !strings.Contains(string(b.Page.Body), `href="`+path+`"`) {
		t.Error("the case has no way to hand out")
	}
	b.Get(path)
	b.Want(http.StatusOK)
	httptestkit.CheckResponse(t, "handout", b.Page)
	if !strings.Contains(b.Text(), "Intyget lämnas till Anna Testsson, 19840312-2388.") {
		t.Errorf("to whom it goes: %q", b.Text())
	}
	h.flow.wrong = []forms.Problem{{Pointer: "/files", Code: forms.Required}}
	b.Submit("Lämna ut och avsluta", url.Values{"satt": {"fil"}, "meddelande": {"Hör av dig om något är fel."}}) // without a file
	b.Want(http.StatusUnprocessableEntity)
	httptestkit.CheckResponse(t, "handout", b.Page)
	if !strings.Contains(b.Text(), "Bifoga minst en fil till ”Filer”.") || !strings.Contains(string(b.Page.Body), "Hör av dig om något är fel.") {
		t.Errorf("says %q", b.Text())
	}
	h.flow.wrong, h.flow.did = nil, nil
	h.flow.refuse = fault.New("test", fault.Conflict, nil)
	upload(t, b, path, handoutFiles, "intyg.pdf", []byte("%PDF-1.7"), [2]string{"rev", "7"}, [2]string{"satt", "fil"})
	b.Want(http.StatusConflict)
	if !strings.Contains(b.Text(), "Något hände i ärendet medan du skrev") {
		t.Errorf("says %q", b.Text())
	}
	h.flow.refuse, h.flow.did = nil, nil
	upload(t, b, path, handoutFiles, "intyg.pdf", []byte("%PDF-1.7"), [2]string{"rev", "7"}, [2]string{"satt", "fil"}, [2]string{"meddelande", "Hej"})
	b.Want(http.StatusSeeOther)
	h.did(t, string(waits)+` hand out 7 fil "Hej" ["intyg.pdf 8 bytes"]`)
}

// A decision is written, looked at, changed, looked at again and taken, on the revision that was read.
func TestDecide(t *testing.T) {
	h := newHouse(t)
	b := visit(t, h, birgitta)
	b.Get(caseURL(waits) + "/beslut")
	b.Want(http.StatusOK)
	if page := string(b.Page.Body); !strings.Contains(page, "Överklagas: förvaltningsbesvär") || !strings.Contains(page, "Överklagas: laglighetsprövning") ||
		!strings.Contains(page, `value="2026-12-01"`) {
		t.Error("the ways to appeal or the proposed period are not shown")
	}
	b.Submit("Förhandsgranska", url.Values{"utfall": {"delvis-bifall"}, "grund": {"10-32-1"}, "motivering": {"Därför."}, "rad": {"0", "2"}, "titel": {"Enhetschef"}})
	b.Want(http.StatusOK)
	b.Submit("Ändra texten", nil)
	b.Want(http.StatusOK)
	if page := string(b.Page.Body); !strings.Contains(page, "Därför.") || strings.Count(page, "checked") != 4 { // outcome, ground, two rows
		t.Error("what was typed is gone")
	}
	b.Submit("Förhandsgranska", nil)
	take := func(values url.Values) {
		t.Helper()
		form := url.Values{}
		for _, f := range httptestkit.Find(b.Doc(), "form") {
			if httptestkit.Attr(f, "action") == caseURL(waits)+"/beslut" {
				for _, n := range httptestkit.Find(f, "input") {
					if httptestkit.Attr(n, "type") == "hidden" {
						form.Add(httptestkit.Attr(n, "name"), httptestkit.Attr(n, "value"))
					}
				}
			}
		}
		for k, v := range values {
			form[k] = v
		}
		b.Post(caseURL(waits)+"/beslut/fatta", form)
	}
	take(nil)
	b.Want(http.StatusUnprocessableEntity)
	httptestkit.CheckResponse(t, "unconfirmed", b.Page)
	h.did(t)

	h.flow.refuse = fault.New("fake", fault.Conflict, nil)
	take(url.Values{"bekrafta": {"ja"}})
	b.Want(http.StatusConflict)
	httptestkit.CheckResponse(t, "conflict", b.Page)
	if !strings.Contains(string(b.Page.Body), "Därför.") {
		t.Error("the text is gone after a conflict")
	}
	h.flow.refuse = nil
	take(url.Values{"bekrafta": {"ja"}})
	b.Want(http.StatusSeeOther)
	h.did(t, string(waits)+` decide 7 delvis-bifall [10-32-1] [0 2] "Enhetschef"`)

	b.Get(caseURL(waits) + "/beslut") // the title is remembered
	if !strings.Contains(string(b.Page.Body), `value="Enhetschef"`) {
		t.Error("the title must be typed again")
	}
	b.Get(caseURL(expired) + "/beslut")
	b.Want(http.StatusConflict)
}

// An officer without delegation may prepare and look, and cannot decide.
func TestOfficerCannotDecide(t *testing.T) {
	h := newHouse(t)
	b := visit(t, h, mona)
	b.Get(caseURL(waits) + "/beslut")
	b.Want(http.StatusOK)
	b.Submit("Förhandsgranska", url.Values{"utfall": {"bifall"}, "grund": {"10-32-1"}, "titel": {"Handläggare"}})
	b.Want(http.StatusOK)
	if strings.Contains(string(b.Page.Body), "/beslut/fatta") {
		t.Error("an officer is offered to decide")
	}
	b.Post(caseURL(waits)+"/beslut/fatta", url.Values{httpkit.TokenField: {b.Token()}, "bekrafta": {"ja"}, "rev": {"7"}})
	b.Want(http.StatusForbidden)
	h.did(t)
}

func TestBoard(t *testing.T) {
	h := newHouse(t)
	b := visit(t, h, birgitta)
	b.Get(boardURL)
	b.Want(http.StatusOK)
	b.Submit("Markera som anmälda", url.Values{"arende": {"d3"}})
	b.Want(http.StatusUnprocessableEntity)
	httptestkit.CheckResponse(t, "board", b.Page)
	if n := strings.Count(string(b.Page.Body), "checked"); n != 1 {
		t.Errorf("%d marked, want the one that was", n)
	}
	b.Submit("Markera som anmälda", url.Values{"sammantrade": {"2026-12-10"}})
	b.Want(http.StatusSeeOther)
	h.did(t, "report 2026-12-10 [d3]")

	officer := visit(t, h, mona)
	officer.Get(boardURL)
	officer.Want(http.StatusOK)
	if strings.Contains(officer.Text(), "Markera som anmälda") {
		t.Error("an officer is offered to report")
	}
}

func TestRides(t *testing.T) {
	h := newHouse(t)
	b := visit(t, h, mona)
	b.Get(ridesURL)
	b.Submit("Läs in", nil)
	b.Want(http.StatusUnprocessableEntity)
	httptestkit.CheckResponse(t, "rides", b.Page)
	upload(t, b, ridesURL, listField, "turer-v48.csv", []byte("elevreferens"))
	b.Want(http.StatusOK)
	httptestkit.CheckResponse(t, "rides", b.Page)
	for _, want := range []string{"turer-v48.csv", "40 turer är inlagda för 8 elever.", "2 rader behöver ses över", "datum: Elevreferens, datum eller tid går inte att läsa",
		"Hör inte till något ärende med beslut hos er"} {
		if !strings.Contains(b.Text(), want) {
			t.Errorf("does not say %q: %s", want, b.Text())
		}
	}
}

// A list of fifty cases stays within what a page may weigh (design, 9), stylesheets aside.
func TestInboxWeight(t *testing.T) {
	h := newHouse(t)
	row := h.flow.rows[0]
	h.flow.rows = nil
	for i := range 50 {
		row.ID = casework.ID(fmt.Sprintf("%026d", i))
		h.flow.rows = append(h.flow.rows, row)
	}
	b := visit(t, h, mona)
	b.Get(inboxURL + "?vy=alla")
	if n := len(b.Page.Body); n > 60_000 {
		t.Errorf("%d bytes for fifty lines, want at most 60,000", n)
	}
}
