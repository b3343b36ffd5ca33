package caseload

import (
	"io"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"samtjanst/integrations/eid"
	"samtjanst/platform/flow"
	"samtjanst/platform/httpkit/httptestkit"
	"samtjanst/platform/signing"
	"samtjanst/renderer/ui/uitest"
)

var assetURL = regexp.MustCompile(`/assets/[^"]+`)

// save writes a page, and what it links to, so that a browser can show the folder through any file server.
func save(t *testing.T, b *httptestkit.Browser, dir, name string, page []byte) {
	t.Helper()
	write := func(path string, body []byte) {
		path = filepath.Join(dir, filepath.FromSlash(path))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, body, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write(name, page)
	for _, address := range assetURL.FindAll(page, -1) {
		write(string(address), b.Get(string(address)).Body)
	}
}

func bytesReader(s string) io.Reader { return strings.NewReader(s) }

// Every template fits the struct it is bound to.
func TestTemplates(t *testing.T) {
	a := newHouse(t).area
	uitest.Template(t, a.inbox)
	uitest.Template(t, a.kase)
	uitest.Template(t, a.stages)
	uitest.Template(t, a.completion)
	uitest.Template(t, a.goOn)
	uitest.Template(t, a.paper)
	uitest.Template(t, a.hinder)
	uitest.Template(t, a.replace)
	uitest.Template(t, a.orders)
	uitest.Template(t, a.decide)
	uitest.Template(t, a.limit)
	uitest.Template(t, a.board)
	uitest.Template(t, a.rides)
	uitest.Template(t, a.signDecision)
	uitest.Template(t, a.signWait)
	uitest.Template(t, a.phone)
	uitest.Template(t, a.phoneWait)
	uitest.Template(t, a.position)
	uitest.Template(t, a.stray)
	uitest.Template(t, a.night)
	uitest.Template(t, a.nightNote)
	uitest.Template(t, a.toSign)
	uitest.Template(t, a.ask)
}

// Every page as an officer gets it keeps the house's rules for HTML. With SAMTJANST_TEST_PAGES=DIR the pages are also written
// there, to be looked at.
func TestPages(t *testing.T) {
	h := newHouse(t)
	h.flow.limited(waits)
	h.flow.rows[4].Limits = nearLimit()
	h.flow.phone = &flow.PhoneSigning{Document: "Ansökan om skolskjuts", Parts: []signing.Part{{ID: "bilaga1", Name: "Karta över vägen.pdf"}},
		Offers: eid.Offers{{Provider: nobody{}, Title: map[string]string{"sv": "BankID"}}}, Case: &flow.CaseView{View: h.flow.cases[expired].View}}
	app := h.kit.App()
	b := httptestkit.New(t, app)
	b.LogIn(h.kit, birgitta)
	b.Header.Set("Accept-Language", "sv")
	show := func(name string) {
		t.Helper()
		httptestkit.CheckResponse(t, name, b.Page)
		if dir := os.Getenv("SAMTJANST_TEST_PAGES"); dir != "" {
			save(t, httptestkit.New(t, app), dir, name+".html", b.Page.Body)
		}
	}
	for _, p := range []struct{ name, path string }{
		{"inbox", inboxURL},
		{"inbox-all", inboxURL + "?vy=alla"},
		{"case-expired", caseURL(expired)},
		{"case-ready", caseURL(waits)},
		{"case-decided", caseURL(decided)},
		{"case-stepped", caseURL(stepped)},
		{"hinder", caseURL(expired) + "/hinder/p2"},
		{"replace", caseURL(stepped) + "/ersatt/p2"},
		{"orders", ordersURL},
		{"completion", caseURL(expired) + "/komplettering"},
		{"inbox-limits", inboxURL + "?vy=frister"},
		{"limit-done", limitURL(waits, "ansokan", limitDone)},
		{"limit-missed", limitURL(waits, "understallning", limitEnd)},
		{"goon", caseURL(expired) + "/vidare/p2"},
		{"phone", phoneURL(expired, "p2")},
		{"paper", caseURL(expired) + "/papper/p2"},
		{"decide", caseURL(waits) + "/beslut"},
		{"board", boardURL},
		{"rides", ridesURL},
	} {
		b.Get(p.path)
		b.Want(200)
		show(p.name)
	}
	b.Get(caseURL(waits) + "/beslut")
	b.Submit("Förhandsgranska", url.Values{"utfall": {"bifall"}, "grund": {"10-32-1"}, "motivering": {"Vägen är **längre** än gränsen.\n\n- 3,4 km\n- årskurs 2"},
		"fran": {"2026-12-01"}, "till": {"2027-06-15"}, "titel": {"Enhetschef"}})
	b.Want(200)
	show("decide-preview")
	h.flow.inCall(eid.CallConfirm)
	b.Get(phoneURL(expired, "p2") + "/vanta")
	b.Want(200)
	show("phone-wait")
}
