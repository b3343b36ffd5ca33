package server_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/textproto"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"samtjanst/forms/library"
	"samtjanst/integrations/population/navetsim"
	"samtjanst/integrations/sim/personas"
	"samtjanst/platform/config"
	"samtjanst/platform/httpkit/httptestkit"
	"samtjanst/platform/identity"
	"samtjanst/platform/server"
	"samtjanst/platform/server/servertest"
)

// visitor opens a browser, whose every answer is checked, in which somebody has logged in.
func visitor(t *testing.T, w *servertest.World, a identity.Actor) *httptestkit.Browser {
	b := httptestkit.New(t, w.App)
	b.Check = func(what string, r httptestkit.Response) {
		if !strings.Contains(what, "/assets/") {
			httptestkit.CheckResponse(t, what, r)
		}
	}
	b.LogIn(w.Kit, a)
	return b
}

// atPage starts an application and fills it through flow until a page, which the browser then opens.
func atPage(t *testing.T, w *servertest.World, b *httptestkit.Browser, pages map[string]url.Values, page string) (draft, address string) {
	t.Helper()
	draft, err := w.Flow.Start(w.Ctx, anna, "ekkoping", "skolskjuts")
	if err != nil {
		t.Fatal(err)
	}
	w.Fill(anna, draft, pages)
	address = "/ansokan/" + draft + "/" + page
	b.Get(address)
	b.Want(http.StatusOK)
	return draft, address
}

func stored(t *testing.T, w *servertest.World, draft string) string {
	t.Helper()
	v, err := w.Flow.Page(w.Ctx, anna, draft, "", false)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := json.Marshal(v.Stored)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// What is no number says so, and stands as it was typed.
func TestNumbersByHand(t *testing.T) {
	t.Parallel()
	w := servertest.New(t, servertest.Options{})
	if err := w.Sim.Navet.Fail(navetsim.Down, 0); err != nil {
		t.Fatal(err)
	}
	draft, err := w.Flow.Start(w.Ctx, anna, "ekkoping", "skolskjuts")
	if err != nil {
		t.Fatal(err)
	}
	b := visitor(t, w, anna)
	address := "/ansokan/" + draft + "/elev"
	for _, typed := range []string{
		"20190514-2385", // wrong check digit
		"20190231-2384", // no such day
		"20191332-2384",
		"201905742385",                                                       // coordination number with a wrong check digit
		"190514", "abc", "0", "000000000000", "999999999999", "162021004748", // an organisation's
		"2019051423 84x", "<script>alert(1)</script>", strings.Repeat("9", 5000), "２０１９０５１４２３８４",
	} {
		b.Get(address)
		b.Submit(address, url.Values{"a/elev/manuell/namn": {"Elsa Testsson"}, "a/elev/manuell/nummer": {typed}})
		b.Want(http.StatusUnprocessableEntity)
		found := false
		for _, n := range httptestkit.Find(b.Doc(), "input") {
			if httptestkit.Attr(n, "name") == "a/elev/manuell/nummer" {
				found = httptestkit.Attr(n, "value") == typed
			}
		}
		if !found {
			t.Errorf("%.30q is not there to be corrected", typed)
		}
	}
	for _, typed := range []string{"20190514-2384", "190514-2384", " 201905142384 ", "20190514 2384", "198306692396", "19830669-2396"} {
		b.Get(address)
		b.Submit(address, url.Values{"a/elev/manuell/namn": {"Elsa Testsson"}, "a/elev/manuell/nummer": {typed}})
		if b.Page.Status != http.StatusSeeOther {
			t.Errorf("%q is refused: %d", typed, b.Page.Status)
		}
	}
}

// sent is a file as a browser posts it.
type sent struct {
	name, declared string
	body           []byte
}

// postFiles posts the page that the browser stands at, with files.
func postFiles(t *testing.T, b *httptestkit.Browser, address, field string, files ...sent) httptestkit.Response {
	t.Helper()
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	for _, n := range httptestkit.Find(b.Doc(), "input") {
		if name := httptestkit.Attr(n, "name"); httptestkit.Attr(n, "type") == "hidden" {
			m.WriteField(name, httptestkit.Attr(n, "value"))
		}
	}
	m.WriteField("a/grund/omstandighet", "Vi bor långt bort.")
	m.WriteField("op", "upload")
	for _, f := range files {
		h := textproto.MIMEHeader{}
		h.Set("Content-Disposition", fmt.Sprintf(`form-data; name="%s"; filename="%s"`, field, strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(f.name)))
		h.Set("Content-Type", f.declared)
		part, err := m.CreatePart(h)
		if err != nil {
			t.Fatal(err)
		}
		part.Write(f.body)
	}
	m.Close()
	req := httptest.NewRequest(http.MethodPost, address, &body)
	req.Header.Set("Content-Type", m.FormDataContentType())
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	return b.Do(req)
}

// Files that may not be are told of, one by one; those that may be are kept, under names that mislead nobody.
func TestFilesThatMayNotBe(t *testing.T) {
	t.Parallel()
	w := servertest.New(t, servertest.Options{})
	b := visitor(t, w, anna)
	pages := servertest.OneHome(personas.ElsaTestsson, "eklunda", "a@example.se")
	pages["grund"] = servertest.Posted("/grund/skal=annan")
	pages["omstandighet"] = servertest.Posted("/grund/omstandighet=Vi bor långt bort.")
	draft, address := atPage(t, w, b, pages, "omstandighet")
	const field = "f/bilagor/ovrigt"
	if !strings.Contains(string(b.Page.Body), field) {
		t.Fatalf("the page has no control %s", field)
	}
	pdf := []byte(samplePDF)
	bomb := append([]byte("PK\x03\x04\x14\x00\x00\x00\x08\x00"), bytes.Repeat([]byte{0}, 4096)...)
	count := func() int {
		v, err := w.Flow.Page(w.Ctx, anna, draft, "omstandighet", false)
		if err != nil {
			t.Fatal(err)
		}
		return len(v.Files)
	}
	for name, f := range map[string]sent{
		"a program called pdf":      {"intyg.pdf", "application/pdf", append([]byte("MZ\x90\x00"), make([]byte, 2000)...)},
		"a script called png":       {"bild.png", "image/png", []byte("#!/bin/sh\nrm -rf /\n")},
		"a page called jpg":         {"bild.jpg", "image/jpeg", []byte("<html><script>alert(1)</script></html>")},
		"a drawing with script":     {"bild.svg", "image/svg+xml", []byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`)},
		"a pdf called program":      {"intyg.exe", "application/pdf", pdf},
		"a zip bomb called docx":    {"intyg.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", bomb},
		"an image that begins html": {"bild.gif", "image/gif", []byte("GIF89a/*<script>*/=1;alert(1)")},
		"nothing":                   {"tom.pdf", "application/pdf", nil},
		"too big":                   {"stor.pdf", "application/pdf", append(pdf, make([]byte, 11<<20)...)},
	} {
		before := count()
		b.Get(address)
		res := postFiles(t, b, address, field, f)
		if res.Status != http.StatusUnprocessableEntity {
			t.Errorf("%s: status %d", name, res.Status)
		}
		if !strings.Contains(b.Text(), f.name) {
			t.Errorf("%s: the page does not say which:\n%s", name, b.Text())
		}
		if count() != before {
			t.Errorf("%s: kept", name)
		}
	}

	for i, name := range []string{"../../../etc/passwd.pdf", `C:\Users\anna\intyg.pdf`, "fdp.gpj\u202eintyg.pdf", "in\u200btyg\u2066\u0085.pdf"} {
		b.Get(address)
		if res := postFiles(t, b, address, field, sent{name, "application/pdf", pdf}); res.Status != http.StatusSeeOther {
			t.Errorf("%q: status %d\n%s", name, res.Status, b.Text())
			continue
		}
		if count() != i+1 {
			t.Errorf("%q: %d files", name, count())
		}
	}
	if s := stored(t, w, draft); strings.ContainsAny(s, "/\u202e") && strings.Contains(s, `\u202e`) || strings.Contains(s, "../") || strings.Contains(s, `Users`) || strings.Contains(s, `\u0000`) {
		t.Errorf("names are stored as they came: %s", s)
	}
	b.Get(address)
	res := postFiles(t, b, address, field, sent{"fem.pdf", "application/pdf", pdf}, sent{"sex.pdf", "application/pdf", pdf})
	if res.Status != http.StatusUnprocessableEntity || count() != 5 {
		t.Errorf("six files: status %d, %d kept", res.Status, count())
	}
	b.Get(address)
	for _, other := range []string{"f/bilagor/intyg", "f/egen/email", "f/", "f/bilagor/ovrigt/0", "a/bilagor/ovrigt", "f/../x"} { // hidden, no file field, no field
		if res := postFiles(t, b, address, other, sent{"sju.pdf", "application/pdf", pdf}); res.Status >= 500 || count() != 5 {
			t.Errorf("a file for %s: status %d, %d kept", other, res.Status, count())
		}
		b.Get(address)
	}

	// What can be downloaded again is a download, which no browser runs.
	v, err := w.Flow.Page(w.Ctx, anna, draft, "omstandighet", false)
	if err != nil {
		t.Fatal(err)
	}
	for id := range v.Files {
		res := b.Get("/ansokan/" + draft + "/fil/" + id)
		if d := res.Header.Get("Content-Disposition"); !strings.HasPrefix(d, "attachment;") || strings.Contains(d, "..") {
			t.Errorf("Content-Disposition %q", d)
		}
		break
	}
}

// Nothing gets in by the form but what the page offered.
func TestAnswersNobodyAskedFor(t *testing.T) {
	t.Parallel()
	w := servertest.New(t, servertest.Options{})
	b := visitor(t, w, anna)
	draft, address := atPage(t, w, b, servertest.OneHome(personas.ElsaTestsson, "eklunda", "a@example.se"), "fritids")
	before := stored(t, w, draft)
	for name, extra := range map[string]url.Values{
		"a hidden field":       {"a/fritids/dagar": {"mandag"}},
		"another page's":       {"a/grund/avstand": {"99"}, "a/egen/email": {"x@example.com"}, "a/elev/barn": {personas.OskarTestsson.Number().Digits()}},
		"facts":                {"a/facts/source": {"x"}, "facts": {"x"}, "a/source": {"x"}},
		"no field at all":      {"a/nothing": {"x"}, "a/": {"x"}, "a": {"x"}, "a//": {"x"}, "a/~": {"x"}, "a/~2": {"x"}, "a/__proto__/x": {"x"}, "a/fritids/-": {"x"}, "a/fritids/0": {"x"}},
		"rows that are none":   {"r/fritids": {"k1", "k2"}, "a/fritids/k1/gar": {"true"}, "r/": {"x"}},
		"variants, markers":    {"v/fritids": {"99999999999999999999"}, "t/fritids/dagar": {"[]"}, "t/": {"x"}, "t/fritids": {"null"}},
		"deep":                 {"a" + strings.Repeat("/x", 500): {"x"}},
		"many values for one":  {"a/fritids/gar": {"false", "true", "false"}},
		"buttons nobody has":   {"op": {"remove:/egen", "add:/boende", "removefile:/bilagor/ovrigt/x"}},
		"another page's name":  {"page": {"egen"}, "sida": {"egen"}},
		"an id of another":     {"draft": {"annan"}, "case": {"annan"}},
		"a revision from hell": {"extra-rev": {"-1"}},
	} {
		b.Get(address)
		values := url.Values{"a/fritids/gar": {"false"}}
		for k, v := range extra {
			values[k] = v
		}
		res := b.Submit(address, values)
		if res.Status >= 500 {
			t.Errorf("%s: status %d", name, res.Status)
		}
		if after := stored(t, w, draft); after != before {
			t.Errorf("%s: stored\n%s\nwant\n%s", name, after, before)
		}
	}
}

// A value of a type that the field does not have is told of, kept as typed, and never stored as something else.
func TestAnswersOfTheWrongType(t *testing.T) {
	t.Parallel()
	w := servertest.New(t, servertest.Options{})
	b := visitor(t, w, anna)
	for _, c := range []struct {
		page, field string
		typed       []string
	}{
		{"avstand", "a/grund/avstand", []string{"långt", "1e10000000", "-1", "NaN", "0x10", "4,5,6", strings.Repeat("1", 41), "1_000", "\x00", "4.5; DROP TABLE cases"}},
		{"lasar", "a/skola/arskurs", []string{"99", "[]", "true", "<b>"}},
		{"elev", "a/elev/barn", []string{personas.LeoExempelsson.Number().Digits(), "x"}},
		{"skola", "a/skola/skola", []string{"finns-inte", "../norra"}},
		{"fritids", "a/fritids/gar", []string{"ja", "1", "TRUE"}},
		{"barnet", "a/barnet/asikt", []string{strings.Repeat("x", 2001), "\xff\xfe", "a\x00b", "a\rb"}},
		{"egen", "a/egen/email", []string{"inte en adress", "a@b", "a@example.se\r\nBcc: x@example.se", "\"><script>@example.se"}},
	} {
		draft, address := atPage(t, w, b, servertest.OneHome(personas.ElsaTestsson, "eklunda", "a@example.se"), c.page)
		for _, typed := range c.typed {
			b.Get(address)
			res := b.Submit(address, url.Values{c.field: {typed}})
			if res.Status != http.StatusUnprocessableEntity {
				t.Errorf("%s = %.40q: status %d", c.field, typed, res.Status)
			}
			if strings.Contains(string(res.Body), "<script>@") || strings.Contains(string(res.Body), "><b>") {
				t.Errorf("%s = %.40q: not escaped", c.field, typed)
			}
			v, err := w.Flow.Page(w.Ctx, anna, draft, "kontrollera", false)
			if err != nil {
				t.Fatal(err)
			}
			if _, view, err := w.Flow.Submit(w.Ctx, anna, draft, v.Rev); err != nil || view == nil {
				t.Fatalf("%s = %.40q: could be handed in: %v", c.field, typed, err)
			}
		}
		if err := w.Flow.Discard(w.Ctx, anna, draft); err != nil {
			t.Fatal(err)
		}
	}
}

// A body that is larger than any form gets a page; so does one that is none.
func TestBodies(t *testing.T) {
	t.Parallel()
	w := servertest.New(t, servertest.Options{})
	b := visitor(t, w, anna)
	draft, address := atPage(t, w, b, servertest.OneHome(personas.ElsaTestsson, "eklunda", "a@example.se"), "barnet")
	token := b.Token()
	before := stored(t, w, draft)
	var many strings.Builder
	many.WriteString("csrf=" + token)
	for i := range 100_000 {
		many.WriteString("&a" + strconv.Itoa(i) + "=x")
	}
	for name, c := range map[string]struct {
		media, body string
		want        int
	}{
		"100,000 keys":  {"application/x-www-form-urlencoded", many.String(), http.StatusRequestEntityTooLarge},
		"10 MB":         {"application/x-www-form-urlencoded", "csrf=" + token + "&a=" + strings.Repeat("x", 10<<20), http.StatusRequestEntityTooLarge},
		"JSON":          {"application/json", `{"csrf":"` + token + `"}`, http.StatusBadRequest},
		"no type":       {"", "csrf=" + token, http.StatusBadRequest},
		"broken escape": {"application/x-www-form-urlencoded", "csrf=" + token + "&a=%zz", http.StatusBadRequest},
		"half a form":   {"multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n" + token + "\r\n--x\r\nContent-Dispo", http.StatusBadRequest},
		"no boundary":   {"multipart/form-data", "x", http.StatusBadRequest},
	} {
		req := httptest.NewRequest(http.MethodPost, address, strings.NewReader(c.body))
		req.Header.Set("Content-Type", c.media)
		req.Header.Set("Sec-Fetch-Site", "same-origin")
		if res := b.Do(req); res.Status != c.want {
			t.Errorf("%s: status %d, want %d", name, res.Status, c.want)
		}
	}
	if after := stored(t, w, draft); after != before {
		t.Errorf("something was stored: %s", after)
	}
}

// changedForm is a folder with the shipped form, its layout changed: old text, new text, and so on.
func changedForm(t *testing.T, changes ...string) string {
	t.Helper()
	folder := t.TempDir()
	if err := os.CopyFS(folder, library.Forms); err != nil {
		t.Fatal(err)
	}
	layout := filepath.Join(folder, "skolskjuts", "layout.yaml")
	raw, err := os.ReadFile(layout)
	if err != nil {
		t.Fatal(err)
	}
	text := string(raw)
	for i := 0; i < len(changes); i += 2 {
		if !strings.Contains(text, changes[i]) {
			t.Fatalf("the layout does not say %q", changes[i])
		}
		text = strings.Replace(text, changes[i], changes[i+1], 1)
	}
	if err := os.WriteFile(layout, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return folder
}

// The form's folder changes while an application is open: what is begun goes on as it was begun, after a restart too; what begins then is
// the new form.
func TestChangedFormVersion(t *testing.T) {
	dir := t.TempDir()
	w := servertest.New(t, servertest.Options{Dir: dir})
	old, err := w.Flow.Start(w.Ctx, anna, "ekkoping", "skolskjuts")
	if err != nil {
		t.Fatal(err)
	}
	id := apply(t, w, anna, "ekkoping", personas.OskarTestsson, "eklunda")
	folder := changedForm(t, "title: Elevens egen åsikt", "title: Vad säger eleven?",
		"      - pointer: /barnet/asikt\n", "      - pointer: /barnet/asikt\n            required: true\n")
	s := restarted(t, w, dir, func(c *config.Config, _ *server.Options) { c.Forms = folder })
	pages := servertest.OneHome(personas.ElsaTestsson, "eklunda", "a@example.se")
	delete(pages, "barnet") // optional in the old version
	second := *w
	second.Server = s
	second.Fill(anna, old, pages)
	made := second.Submit(anna, old)
	if second.Head(made).Version != w.Head(id).Version {
		t.Error("the application changed version on the way")
	}
	if _, err := s.Flow.StaffCase(w.Ctx, w.Staff(personas.MonaTesthandlaggare), id); err != nil {
		t.Errorf("a case of the old version: %v", err)
	}
	fresh, err := s.Flow.Start(w.Ctx, anna, "ekkoping", "skolskjuts")
	if err != nil {
		t.Fatal(err)
	}
	second.Fill(anna, fresh, servertest.OneHome(personas.ElsaTestsson, "eklunda", "a@example.se"))
	if got := second.Head(second.Submit(anna, fresh)).Version; got == w.Head(id).Version {
		t.Error("a new application is of the old version")
	}
}

// What came late by another tab is not written over, and not lost: the page shows both.
func TestStaleTab(t *testing.T) {
	t.Parallel()
	w := servertest.New(t, servertest.Options{})
	b := visitor(t, w, anna)
	draft, address := atPage(t, w, b, servertest.OneHome(personas.ElsaTestsson, "eklunda", "a@example.se"), "barnet")
	stale := b.Page
	b.Submit(address, url.Values{"a/barnet/asikt": {"Jag vill gå."}})
	b.Want(http.StatusSeeOther)
	b.Page = stale
	b.Submit(address, url.Values{"a/barnet/asikt": {"Jag vill cykla."}})
	b.Want(http.StatusConflict)
	if !strings.Contains(b.Text(), "Jag vill cykla.") {
		t.Errorf("what was typed is not shown:\n%s", b.Text())
	}
	if s := stored(t, w, draft); !strings.Contains(s, "Jag vill gå.") {
		t.Errorf("written over: %s", s)
	}
	b.Get("/ansokan/" + draft + "/kontrollera")
	check := b.Page
	w.Clock.Advance(time.Second)
	b.Get(address)
	b.Submit(address, url.Values{"a/barnet/asikt": {"Jag vill flyga."}})
	b.Page = check // made before that: it shows something else than would be handed in
	b.Submit("/ansokan/"+draft+"/kontrollera", nil)
	if to := b.Page.Header.Get("Location"); b.Page.Status != http.StatusSeeOther || !strings.HasPrefix(to, "/ansokan/"+draft+"/kontrollera") {
		t.Errorf("handed in from a stale page: %d %s", b.Page.Status, to)
	}
}
