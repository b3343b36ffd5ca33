package server_test

import (
	"bytes"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"samtjanst/forms"
	"samtjanst/integrations/sim/personas"
	"samtjanst/platform/flow"
	"samtjanst/platform/httpkit/httptestkit"
	"samtjanst/platform/identity"
	"samtjanst/platform/server/servertest"
)

// aids begins an application for special transport, in a version that asks for photographs of the aids, and stands where they are listed:
// an electric wheelchair, a stick and a scooter.
func aids(t *testing.T, w *servertest.World) (draft string) {
	t.Helper()
	files := libraryFiles(t)
	for name, change := range map[string][2]string{
		"schema.json": {`"vikt": { "type"`, `"foto": { "type": "array", "title": "Foto", "items": { "$ref": "#/$defs/fil" }, "maxItems": 2 }, "vikt": { "type"`},
		"layout.yaml": {"          - pointer: /hjalpmedel/lista/*/bredd\n", "          - {pointer: /hjalpmedel/lista/*/foto, widget: files}\n          - pointer: /hjalpmedel/lista/*/bredd\n"}} {
		f := files["fardtjanst/"+name]
		if !bytes.Contains(f.Data, []byte(change[0])) {
			t.Fatalf("%s has no %q", name, change[0])
		}
		f.Data = bytes.Replace(f.Data, []byte(change[0]), []byte(change[1]), 1)
	}
	if err := w.Flow.PublishFiles(w.Ctx, files, "."); err != nil {
		t.Fatal(err)
	}
	draft, err := w.Flow.Start(w.Ctx, anna, "ekkoping", "fardtjanst")
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range []struct {
		id    string
		pairs []string
	}{
		{"sokande", []string{"/sokande/vem=jag"}},
		{"kontaktperson", []string{"/kontaktperson/finns=false"}},
		{"hinder", []string{"/hinder/beskrivning=Benen bär inte längre.", "/hinder/sedan=2019", "/hinder/varaktighet=bestaende", "/hinder/arstid=hela"}},
		{"formaga", []string{"/formaga/sommar=50", "/formaga/vinter=20", "/formaga/buss=ja", "/formaga/sjalv=ja", "/formaga/fardsatt=buss"}},
	} {
		v, err := w.Flow.Page(w.Ctx, anna, draft, page.id, false)
		if err != nil {
			t.Fatal(err)
		}
		if v.Page == nil || v.Page.ID != page.id {
			continue // not asked of somebody whom the register knows
		}
		if saved, err := w.Flow.Save(w.Ctx, anna, draft, flow.Post{Page: page.id, Rev: v.Rev, Values: servertest.Posted(page.pairs...)}); err != nil || saved.View != nil {
			t.Fatalf("%s: %v %+v", page.id, err, saved)
		}
	}
	return draft
}

// Each aid that has to be measured has a page of its own: it is led to, comes back, is changed from the summary, and is where it was when the
// list has been moved about in.
func TestAPageForEachRow(t *testing.T) {
	t.Parallel()
	w := servertest.New(t, servertest.Options{})
	draft := aids(t, w)
	base := "/ansokan/" + draft + "/"
	b := visitor(t, w, anna)
	to := func(want string) {
		t.Helper()
		b.Want(http.StatusSeeOther)
		if got := strings.TrimPrefix(b.Page.Header.Get("Location"), base); got != want {
			t.Fatalf("led to %s, want %s", got, want)
		}
	}
	b.Get(base + "hjalpmedel")
	list := url.Values{"a/hjalpmedel/har": {"true"}, "r/hjalpmedel/lista": {"n0", "n1", "n2"}, "a/hjalpmedel/lista/n0/typ": {"elrullstol"},
		"a/hjalpmedel/lista/n1/typ": {"kapp"}, "a/hjalpmedel/lista/n2/typ": {"elmoped"}, "a/hjalpmedel/sitter": {"true"}}
	b.Submit("Fortsätt", list)
	if b.Page.Status == http.StatusUnprocessableEntity { // whether one stays in the wheelchair is asked when there is one
		b.Submit("Fortsätt", url.Values{"a/hjalpmedel/sitter": {"true"}})
	}
	to("matt.1")
	b.Get(base + "matt.1")
	b.Want(http.StatusOK)
	if text := b.Text(); !strings.Contains(text, "Hjälpmedel 1 · Elrullstol") || !strings.Contains(string(b.Page.Body), "<title>Mått och vikt – Hjälpmedel 1 – ") {
		t.Errorf("the page does not say which row it is of:\n%s", text)
	}
	b.Submit("Fortsätt", url.Values{"a/hjalpmedel/lista/0/bredd": {"6"}})
	b.Want(http.StatusUnprocessableEntity)
	if text := b.Text(); !strings.Contains(string(b.Page.Body), `href="#f-hjalpmedel-lista-x-bredd.0"`) || !strings.Contains(text, "Bredd") {
		t.Errorf("what is wrong is not told:\n%s", text)
	}
	b.Submit("Fortsätt", url.Values{"a/hjalpmedel/lista/0/bredd": {"61"}, "a/hjalpmedel/lista/0/langd": {"101"}, "a/hjalpmedel/lista/0/vikt": {"90"}})
	to("matt.3")

	// A deep link to a page that is not there, or is not asked for that row, leads to the one that comes next; posting to it is nowhere.
	for _, id := range []string{"matt.9", "matt.2", "matt", "matt.0", "matt.", "matt.3.1", "matt.x"} {
		b.Get(base + id)
		to("matt.3")
		b.Get(base + "matt.3")
		if b.Submit("Fortsätt", nil).Status != http.StatusUnprocessableEntity {
			t.Fatalf("status %d", b.Page.Status)
		}
		if id == "matt." || id == "matt" {
			continue
		}
		b.Get(base + "matt.3")
		before := stored(t, w, draft)
		fields := url.Values{"page": {id}, "rev": {"0"}}
		b.Post(base+id, fields)
		if b.Page.Status < 400 || b.Page.Status > 499 || stored(t, w, draft) != before {
			t.Errorf("posting to %s: status %d", id, b.Page.Status)
		}
	}

	// A file goes to the row it is sent to, and to no other.
	b.Get(base + "matt.3")
	photo := []byte(samplePDF)
	postFiles(t, b, base+"matt.3", "f/hjalpmedel/lista/2/foto", sent{"moped.pdf", "application/pdf", photo})
	b.Want(http.StatusSeeOther)
	for _, at := range []string{"f/hjalpmedel/lista/7/foto", "f/hjalpmedel/lista/1/foto", "f/hjalpmedel/lista/x/foto", "f/hjalpmedel/lista/*/foto", "f/hjalpmedel/lista/02/foto"} {
		b.Get(base + "matt.3")
		if postFiles(t, b, base+"matt.3", at, sent{"x.pdf", "application/pdf", photo}); b.Page.Status != http.StatusNotFound {
			t.Errorf("a file for %s: status %d", at, b.Page.Status)
		}
	}
	v, err := w.Flow.Page(w.Ctx, anna, draft, "matt.3", false)
	if err != nil {
		t.Fatal(err)
	}
	if list, _ := forms.Lookup(v.Stored, "/hjalpmedel/lista/2/foto"); len(v.Files) != 1 || len(list.([]any)) != 1 {
		t.Fatalf("%v, files %v", v.Stored, v.Files)
	}
	b.Get(base + "matt.3")
	b.Submit("Fortsätt", url.Values{"a/hjalpmedel/lista/2/bredd": {"70"}, "a/hjalpmedel/lista/2/langd": {"130"}, "a/hjalpmedel/lista/2/vikt": {"110"}})
	to("behov")

	// One answer changed from the summary leads back there, or to what is still missing.
	b.Get(base + "matt.3?andra=1")
	b.Submit("Fortsätt", url.Values{"a/hjalpmedel/lista/2/bredd": {"71"}})
	to("behov")
	b.Get(base + "behov")
	if !strings.Contains(string(b.Page.Body), `href="`+base+`matt.3"`) {
		t.Error("Back does not lead to the last row's page")
	}

	// The list is changed: what was answered on a row's page goes along with the row, and its file goes away with it.
	b.Get(base + "hjalpmedel")
	b.Submit(base+"hjalpmedel", url.Values{"op": {"remove/hjalpmedel/lista/1"}})
	b.Want(http.StatusSeeOther)
	b.Get(base + "matt.2")
	b.Want(http.StatusOK)
	if text := b.Text(); !strings.Contains(text, "Hjälpmedel 2 · Elmoped") || !strings.Contains(string(b.Page.Body), `value="71"`) {
		t.Errorf("the row has not kept its answers:\n%s", text)
	}
	b.Get(base + "hjalpmedel")
	b.Submit(base+"hjalpmedel", url.Values{"op": {"remove/hjalpmedel/lista/1"}})
	b.Want(http.StatusSeeOther)
	if v, err = w.Flow.Page(w.Ctx, anna, draft, "", false); err != nil || len(v.Files) != 0 {
		t.Errorf("the file of a row that is gone is kept: %v %v", v.Files, err)
	}
}

// Another tab has taken the row away, or another one before it: nothing is saved under a number that means another row now, and what was
// typed can be read.
func TestTheRowIsTakenAwayMeanwhile(t *testing.T) {
	t.Parallel()
	w := servertest.New(t, servertest.Options{})
	draft := aids(t, w)
	base := "/ansokan/" + draft + "/"
	one, other := visitor(t, w, anna), visitor(t, w, anna)
	one.Get(base + "hjalpmedel")
	one.Submit("Fortsätt", url.Values{"a/hjalpmedel/har": {"true"}, "r/hjalpmedel/lista": {"n0", "n1"}, "a/hjalpmedel/lista/n0/typ": {"elmoped"}, "a/hjalpmedel/lista/n1/typ": {"elmoped"}})
	one.Want(http.StatusSeeOther)
	fill := url.Values{"a/hjalpmedel/lista/0/bredd": {"61"}, "a/hjalpmedel/lista/0/langd": {"101"}, "a/hjalpmedel/lista/0/vikt": {"90"}}
	one.Get(base + "matt.1")
	one.Submit("Fortsätt", fill)
	one.Want(http.StatusSeeOther)

	for _, gone := range []string{"0", "0"} { // the one before, then the row itself
		page := "matt.2"
		if v, _ := w.Flow.Page(w.Ctx, anna, draft, "matt.2", false); v.Page == nil || v.Page.ID != "matt.2" {
			page = "matt.1"
		}
		row := map[string]string{"matt.1": "0", "matt.2": "1"}[page]
		one.Get(base + page)
		one.Want(http.StatusOK)
		other.Get(base + "hjalpmedel")
		other.Submit(base+"hjalpmedel", url.Values{"op": {"remove/hjalpmedel/lista/" + gone}})
		other.Want(http.StatusSeeOther)
		before := stored(t, w, draft)
		one.Submit("Fortsätt", url.Values{"a/hjalpmedel/lista/" + row + "/bredd": {"77"}, "a/hjalpmedel/lista/" + row + "/langd": {"177"}, "a/hjalpmedel/lista/" + row + "/vikt": {"17"}})
		one.Want(http.StatusConflict)
		if text := one.Text(); !strings.Contains(text, "177") || strings.Contains(text, "Spara det jag skrev") {
			t.Errorf("what was typed cannot be read, or may be saved over another row:\n%s", text)
		}
		if after := stored(t, w, draft); after != before {
			t.Errorf("stored\n%s\nwas\n%s", after, before)
		}
	}
}

// Whoever answers for the service changes the words of such a page as of others, and sees it as it is for the first row.
func TestWordsOfAPageForEachRow(t *testing.T) {
	t.Parallel()
	w := servertest.New(t, servertest.Options{})
	owner := w.Staff(personas.MonaTesthandlaggare)
	owner.Staff.Grants = []identity.Grant{{Authority: "ekkoping/teknik", Roles: []identity.Role{identity.FormOwner}}}
	b := httptestkit.New(t, w.App)
	b.LogIn(w.Kit, owner)
	b.Get("/admin/tjanster/fardtjanst/forslag/ny/andra/page:matt")
	b.Want(http.StatusOK)
	for _, s := range []string{"Mått och vikt", "Hjälpmedel 1", "Mät hjälpmedlet", "Bredd", "Något av hjälpmedlen"} {
		if !strings.Contains(b.Text(), s) {
			t.Errorf("%q is not there:\n%s", s, b.Text())
		}
	}
}
