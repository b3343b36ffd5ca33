package server_test

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"samtjanst/forms/library"
	"samtjanst/integrations/sim/personas"
	"samtjanst/platform/config"
	"samtjanst/platform/httpkit/httptestkit"
	"samtjanst/platform/server"
	"samtjanst/platform/server/servertest"
)

// What an operator allows of a posted page is what is read; over it stands a page that says so.
func TestPostedLimits(t *testing.T) {
	dir := t.TempDir()
	w := servertest.New(t, servertest.Options{Dir: dir})
	s := restarted(t, w, dir, func(c *config.Config, _ *server.Options) { c.Posted = config.Posted{KB: 4, Values: 30} })
	b := httptestkit.New(t, s.App)
	b.LogIn(s.Kit, anna)
	draft, err := s.Flow.Start(w.Ctx, anna, "ekkoping", "skolskjuts")
	if err != nil {
		t.Fatal(err)
	}
	address := "/ansokan/" + draft + "/elev"
	many := url.Values{}
	for i := range 31 {
		many.Set("a/x"+strconv.Itoa(i), "x")
	}
	for name, c := range map[string]struct {
		values url.Values
		over   bool
	}{
		"within both":     {url.Values{"a/x": {strings.Repeat("x", 2000)}}, false},
		"too many values": {many, true},
		"too many bytes":  {url.Values{"a/x": {strings.Repeat("x", 4<<10)}}, true},
	} {
		b.Get(address)
		b.Submit(address, c.values)
		if over := b.Page.Status == http.StatusRequestEntityTooLarge; over != c.over || b.Page.Status >= 500 {
			t.Errorf("%s: status %d", name, b.Page.Status)
		}
		if c.over && len(httptestkit.Find(b.Doc(), "h1")) != 1 {
			t.Errorf("%s: no page that says so:\n%s", name, b.Text())
		}
	}
}

// A definition that compiles and yet cannot be evaluated is the author's mistake: the citizen gets a page all the same, never a
// 500, and where nobody can hand in, one that names the other way.
func TestAuthorsMistakes(t *testing.T) {
	endless := "1"
	for i := range 9 {
		endless = fmt.Sprintf("size([0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map(x%d, %s))", i, endless)
	}
	dir := t.TempDir()
	w := servertest.New(t, servertest.Options{Dir: dir})
	for name, c := range map[string]struct{ file, from, to string }{
		"a value that fails":           {"form.yaml", "antalBarn: size(computed.barnIKommunen)", `antalBarn: int("x")`},
		"a value that is not there":    {"form.yaml", "antalBarn: size(computed.barnIKommunen)", "antalBarn: facts.saknas.helt"},
		"a value that takes for ever":  {"form.yaml", "antalBarn: size(computed.barnIKommunen)", "antalBarn: " + endless},
		"options that are a number":    {"layout.yaml", "optionsFrom: computed.barnval", "optionsFrom: computed.antalBarn"},
		"options that fail":            {"layout.yaml", "optionsFrom: computed.barnval", "optionsFrom: answers.saknas"},
		"options of wrong shape":       {"layout.yaml", "optionsFrom: computed.barnval", `optionsFrom: '[1, null, {"label": 7}, {"value": {"a": 1}, "label": "x"}, {"value": "y", "label": {"sv": 3}, "hint": [1]}]'`},
		"options with the same value":  {"layout.yaml", "optionsFrom: computed.barnval", `optionsFrom: '[{"value": "a", "label": "x"}, {"value": "a", "label": "y"}]'`},
		"a fact that fails":            {"layout.yaml", "fact: computed.?elevnamn", `fact: int("x")`},
		"a fact that is an object":     {"layout.yaml", "fact: computed.?elevnamn", "fact: facts"},
		"a subject that is a list":     {"form.yaml", "subject: computed.elevnamn", "subject: '[1, 2]'"},
		"a subject that fails":         {"form.yaml", "subject: computed.elevnamn", "subject: answers.saknas.helt"},
		"parties that are a text":      {"form.yaml", "from: computed.andra", `from: '"alla"'`},
		"parties that are numbers":     {"form.yaml", "from: computed.andra", `from: '[1, 2]'`},
		"parties without a number":     {"form.yaml", "from: computed.andra", `from: '[{"x": 1}, {}]'`},
		"parties that fail":            {"form.yaml", "from: computed.andra", "from: answers.saknas.helt"},
		"a place that no answer has":   {"form.yaml", "contact: /kontaktAnnan", "contact: /saknas/helt"},
		"signing on what never is":     {"form.yaml", "{/computed/tvaHem: {const: true}}", "{/computed/saknas: {const: true}}"},
		"a school year that is a text": {"form.yaml", `schoolYearStart: "08-15"`, `schoolYearStart: "hösten"`},
	} {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			if err := os.CopyFS(folder, library.Forms); err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(folder, "skolskjuts", c.file)
			raw, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(string(raw), c.from) {
				t.Fatalf("%s does not say %q", c.file, c.from)
			}
			if err := os.WriteFile(path, []byte(strings.Replace(string(raw), c.from, c.to, 1)), 0o600); err != nil {
				t.Fatal(err)
			}
			s := restarted(t, w, dir, func(cfg *config.Config, _ *server.Options) { cfg.Forms = folder })
			b := httptestkit.New(t, s.App)
			b.LogIn(s.Kit, anna)
			see := func(what string) {
				t.Helper()
				if b.Page.Status >= 500 || b.Page.Status == http.StatusBadRequest { // nor is it the citizen's mistake
					t.Errorf("%s: status %d\n%s", what, b.Page.Status, b.Text())
				}
			}
			const service = "/ekkoping/tjanster/skolskjuts"
			b.Get(service)
			see("the start page")
			b.Get(service + "/starta")
			see("before the start")
			b.Submit(service+"/starta", nil)
			see("the start")
			pages := servertest.OneHome(personas.ElsaTestsson, "eklunda", "a@example.se")
			went := 0
			for range 40 { // from page to page, as far as the form leads
				to, err := url.Parse(b.Page.Header.Get("Location"))
				if err != nil || to.Path == "" {
					break
				}
				b.Get(to.Path)
				see(to.Path)
				page := to.Path[strings.LastIndexByte(to.Path, '/')+1:]
				if draft, ok := strings.CutSuffix(to.Path, "/"+page); ok && strings.HasPrefix(draft, "/ansokan/") {
					defer func() { _ = s.Flow.Discard(w.Ctx, anna, draft[len("/ansokan/"):]) }() // unless it was handed in
				}
				if b.Page.Status != http.StatusOK || !strings.HasPrefix(to.Path, "/ansokan/") {
					continue
				}
				went++
				b.Submit(to.Path, pages[page])
				see(page + ", posted")
			}
			if went == 0 {
				t.Errorf("no page was reached:\n%s", b.Text())
			}
		})
	}
}
